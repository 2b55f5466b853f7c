-- rerank_cascade: one row for each candidate that the first step of a cascade scored.
-- Rows: those of tenants granted to the login that asks. `rerank_score` is null where the second
-- step, the reranker of the search, did not read the candidate.
create view pgrerank_analytics.rerank_cascade
with (security_invoker = true)
as
select
    t.name as tenant,
    l.id as ranking_id,
    l.created_at,
    m.name as cascade_model,
    m.fingerprint as cascade_fingerprint,
    u.final_rank,
    u.fused_rank,
    u.cascade_score,
    u.rerank_score,
    u.chunk_id
from pgrerank.rerank_log as l
cross join
    unnest(
        l.chunk_ids,
        l.final_ranks,
        l.fused_ranks,
        l.cascade_scores,
        l.rerank_scores
    )
        as u (
            chunk_id,
            final_rank,
            fused_rank,
            cascade_score,
            rerank_score
        )
inner join pgrerank.tenant as t on l.tenant_id = t.id
inner join pgrerank.model as m on l.cascade_id = m.id
where u.cascade_score is not null;

grant select on pgrerank_analytics.rerank_cascade to pgrerank_analyst;
