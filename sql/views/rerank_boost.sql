-- rerank_boost: one row for each candidate that terms of its collection raised.
-- Rows: those of tenants granted to the login that asks. `boost` was added to what the order goes
-- by: the evidence where there is some, else the raw score; `rerank_score` is without it.
-- `chunk_id` is null for documents that the caller brought.
create view pgrerank_analytics.rerank_boost
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
    u.boost,
    u.rerank_score,
    u.chunk_id
from pgrerank.rerank_log as l
cross join
    unnest(
        l.boosts,
        l.final_ranks,
        l.fused_ranks,
        l.rerank_scores,
        l.chunk_ids
    )
        as u (
            boost,
            final_rank,
            fused_rank,
            rerank_score,
            chunk_id
        )
inner join pgrerank.tenant as t on l.tenant_id = t.id
where u.boost > 0;

grant select on pgrerank_analytics.rerank_boost to pgrerank_analyst;
