-- rerank_candidate: one row for each candidate of each search, with what every stage said of it.
-- Rows: those of tenants granted to the login that asks. A rank or score is null where its stage
-- did not see the candidate. `external_id`, `title`, `ordinal` and `content` are of today: null
-- where the chunk was deleted or replaced since, and for documents that the caller brought.
create view pgrerank_analytics.rerank_candidate
with (security_invoker = true)
as
select
    t.name as tenant,
    l.id as ranking_id,
    l.created_at,
    l.collection_name as collection,
    l.query,
    u.final_rank,
    u.fused_rank,
    u.fused_score,
    u.dense_rank,
    u.dense_score,
    u.keyword_rank,
    u.keyword_score,
    u.sparse_rank,
    u.sparse_score,
    u.cascade_score,
    u.rerank_score,
    u.combined_score,
    u.relevance,
    u.truncated,
    u.chunk_id,
    d.external_id,
    d.title,
    c.ordinal,
    c.content,
    coalesce(u.boost, 0) as boost
from pgrerank.rerank_log as l
cross join
    unnest(
        l.chunk_ids,
        l.dense_ranks,
        l.dense_scores,
        l.keyword_ranks,
        l.keyword_scores,
        l.sparse_ranks,
        l.sparse_scores,
        l.fused_ranks,
        l.fused_scores,
        l.cascade_scores,
        l.rerank_scores,
        l.combined_scores,
        l.boosts,
        l.relevances,
        l.truncated,
        l.final_ranks
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
            fused_score,
            cascade_score,
            rerank_score,
            combined_score,
            boost,
            relevance,
            truncated,
            final_rank
        )
inner join pgrerank.tenant as t on l.tenant_id = t.id
left join pgrerank.chunk as c
    on
        l.tenant_id = c.tenant_id
        and u.chunk_id = c.id
left join pgrerank.document as d
    on
        c.tenant_id = d.tenant_id
        and c.document_id = d.id;

grant select on pgrerank_analytics.rerank_candidate to pgrerank_analyst;
