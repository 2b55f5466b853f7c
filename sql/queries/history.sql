-- Runtime statements of storage/history.py.

-- candidates --
-- The candidates of a logged ranking as they are stored now, in the logged fused order or, with a
-- `fusion`, in that of the logged legs fused again. Chunks that were deleted have no document. The
-- first `tokens` include their token vectors of the model, the first `embeddings` their embeddings.
with logged as materialized (
    select u.*
    from pgrerank.rerank_log as l
    cross join
        lateral unnest(
            l.chunk_ids,
            l.dense_ranks,
            l.dense_scores,
            l.keyword_ranks,
            l.keyword_scores,
            coalesce(l.sparse_ranks, '{}'),
            coalesce(l.sparse_scores, '{}'),
            l.fused_ranks,
            l.fused_scores
        )
            as u (
                chunk_id,
                dense_rank,
                dense_score,
                keyword_rank,
                keyword_score,
                sparse_rank,
                sparse_score,
                fused_rank,
                fused_score
            )
    where
        l.tenant_id = %(tenant_id)s
        and l.created_at = %(created_at)s
        and l.id = %(id)s
),

leg as materialized (
    select
        array_agg(g.chunk_id order by g.dense_rank) filter (where g.dense_rank is not null)
            as dense_ids,
        array_agg(g.dense_score::double precision order by g.dense_rank)
        filter (where g.dense_rank is not null) as dense_scores,
        array_agg(g.chunk_id order by g.keyword_rank) filter (where g.keyword_rank is not null)
            as keyword_ids,
        array_agg(g.keyword_score::double precision order by g.keyword_rank)
        filter (where g.keyword_rank is not null) as keyword_scores,
        array_agg(g.chunk_id order by g.sparse_rank) filter (where g.sparse_rank is not null)
            as sparse_ids,
        array_agg(g.sparse_score::double precision order by g.sparse_rank)
        filter (where g.sparse_rank is not null) as sparse_scores
    from logged as g
),

fused as materialized (
    select f.*
    from leg as s
    cross join
        lateral pgrerank.fuse_v1(
            s.dense_ids,
            s.dense_scores,
            s.keyword_ids,
            s.keyword_scores,
            s.sparse_ids,
            s.sparse_scores,
            %(fusion)s::text,
            %(rrf_k)s::integer,
            %(dense_weight)s::double precision,
            %(keyword_weight)s::double precision,
            %(sparse_weight)s::double precision
        ) as f
    where %(fusion)s::text is not null
    union all
    select g.*
    from logged as g
    where %(fusion)s::text is null
)

select
    f.chunk_id,
    c.document_id,
    d.external_id,
    d.title,
    d.uri,
    d.metadata,
    c.ordinal,
    c.content,
    c.content_hash,
    f.dense_rank,
    f.dense_score,
    f.keyword_rank,
    f.keyword_score,
    f.sparse_rank,
    f.sparse_score,
    f.fused_rank,
    f.fused_score,
    case
        when f.fused_rank <= %(tokens)s::integer
            then (
                select t.vectors
                from pgrerank.chunk_tokens as t
                where
                    t.tenant_id = c.tenant_id
                    and t.chunk_id = c.id
                    and t.model_id = %(token_model_id)s::uuid
            )
    end as tokens,
    case
        when f.fused_rank <= %(embeddings)s::integer
            then (
                select coalesce(e.embedding, e.half::public.vector)
                from pgrerank.chunk_embedding as e
                where
                    e.tenant_id = c.tenant_id
                    and e.collection_id = c.collection_id
                    and e.chunk_id = c.id
                    and e.model_id = %(embedder_id)s::uuid
            )
    end as embedding
from fused as f
left join pgrerank.chunk as c
    on
        c.tenant_id = %(tenant_id)s
        and f.chunk_id = c.id
left join pgrerank.document as d
    on
        c.tenant_id = d.tenant_id
        and c.document_id = d.id
order by f.fused_rank;

-- leg_positions --
-- The present ranks of a document's chunks in the complete list of each leg, and whether the
-- document passes the filter. Ranks the whole collection: for questions, not for traffic.
select
    c.id as chunk_id,
    c.ordinal,
    h.dense_rank,
    h.dense_score,
    h.keyword_rank,
    h.keyword_score,
    h.sparse_rank,
    h.sparse_score,
    %(filter)s::jsonpath is null or d.metadata @@ %(filter)s::jsonpath as passes_filter
from pgrerank.document as d
inner join pgrerank.chunk as c
    on
        d.tenant_id = c.tenant_id
        and d.id = c.document_id
left join
    lateral pgrerank.leg_positions_v1(
        d.collection_id,
        %(embedder_id)s::uuid,
        %(embedding)s::public.vector,
        %(query)s::text,
        case
            when %(sparse_tokens)s::text[] is not null
                then
                    pgrerank.sparse_vector_v1(
                        %(sparse_tokens)s::text[], %(sparse_weights)s::real[]
                    )
        end,
        %(filter)s::jsonpath,
        %(k1)s::double precision,
        %(b)s::double precision,
        %(title_boost)s::double precision
    ) as h
    on c.id = h.chunk_id
where
    d.tenant_id = %(tenant_id)s
    and d.collection_id = %(collection_id)s
    and d.external_id = %(external_id)s
order by c.ordinal;
