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
    h.token_vectors as tokens,
    h.chunk_embedding as embedding
from
    pgrerank.hybrid_candidates_v1(
        %(collection_id)s::uuid,
        %(embedder_id)s::uuid,
        %(embedding)s::public.vector,
        %(query)s::text,
        case
            when %(sparse_tokens)s::text[] is not null
                then
                    pgrerank.sparse_vector_v1(%(sparse_tokens)s::text[], %(sparse_weights)s::real[])
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
        %(sparse_weight)s::double precision,
        %(tokens)s::integer,
        %(token_model_id)s::uuid,
        %(embeddings)s::integer
    ) as h
order by h.fused_rank;

-- neighbours --
-- The contents of each of some chunks and of the `neighbours` before and after it, in their order
-- in the document. No row for a chunk that is not stored any more.
select
    r.id,
    array_agg(c.content order by c.ordinal) as contents
from pgrerank.chunk as r
inner join pgrerank.chunk as c
    on
        r.tenant_id = c.tenant_id
        and r.document_id = c.document_id
        and c.ordinal between r.ordinal - %(neighbours)s::integer
        and r.ordinal + %(neighbours)s::integer
where
    r.tenant_id = %(tenant_id)s
    and r.id = any(%(chunk_ids)s::uuid[])
group by r.id;
