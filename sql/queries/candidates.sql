-- Runtime statements of storage/candidates.py.

-- hybrid_candidates --
-- Candidates of all legs, fused; no row if the collection was deleted. The first `tokens` of them
-- include their token vectors of the model, if stored, the first `embeddings` their embeddings.
select
    h.dense_requested as requested,
    h.dense_returned,
    h.dense_scan,
    h.below_similarity,
    h.keyword_returned,
    h.keyword_scan,
    h.sparse_returned,
    h.sparse_scan,
    h.chunk_id,
    h.document_id,
    h.external_id,
    h.title,
    h.uri,
    h.metadata,
    h.ordinal,
    h.content,
    h.content_hash,
    h.dense_rank,
    h.dense_score,
    h.keyword_rank,
    h.keyword_score,
    h.sparse_rank,
    h.sparse_score,
    h.fused_rank,
    h.fused_score,
    -- Looked up by key for each row: a join might read the whole table.
    case
        when h.fused_rank <= %(tokens)s::integer
            then (
                select t.vectors
                from pgrerank.chunk_tokens as t
                where
                    t.tenant_id = c.tenant_id
                    and t.chunk_id = h.chunk_id
                    and t.model_id = %(token_model_id)s::uuid
            )
    end as tokens,
    case
        when h.fused_rank <= %(embeddings)s::integer
            then (
                select coalesce(e.embedding, e.half::public.vector)
                from pgrerank.chunk_embedding as e
                where
                    e.tenant_id = c.tenant_id
                    and e.collection_id = c.id
                    and e.model_id = %(embedder_id)s::uuid
                    and e.chunk_id = h.chunk_id
            )
    end as embedding
from pgrerank.collection as c
cross join
    lateral pgrerank.hybrid_candidates_v1(
        c.id,
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
        %(candidates)s::integer,
        %(chunk_count)s::bigint,
        %(texts)s::integer,
        %(filter)s::jsonpath,
        %(min_similarity)s::double precision,
        %(is_tiered)s::boolean,
        %(k1)s::double precision,
        %(b)s::double precision,
        %(title_boost)s::double precision,
        %(fusion)s::text,
        %(rrf_k)s::integer,
        %(dense_weight)s::double precision,
        %(keyword_weight)s::double precision,
        %(sparse_weight)s::double precision
    ) as h
where
    c.tenant_id = %(tenant_id)s
    and c.id = %(collection_id)s
order by h.fused_rank;
