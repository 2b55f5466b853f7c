-- rerank_sparse: one row for each candidate of each search that had a sparse leg.
-- Rows: those of tenants granted to the login that asks. `sparse_rank` and `sparse_score` are null
-- where that leg did not return the candidate.
create view pgrerank_analytics.rerank_sparse
with (security_invoker = true)
as
select
    t.name as tenant,
    l.id as ranking_id,
    l.created_at,
    u.final_rank,
    u.fused_rank,
    u.sparse_rank,
    u.sparse_score,
    u.chunk_id
from pgrerank.rerank_log as l
cross join
    unnest(
        l.chunk_ids,
        l.final_ranks,
        l.fused_ranks,
        l.sparse_ranks,
        l.sparse_scores
    )
        as u (
            chunk_id,
            final_rank,
            fused_rank,
            sparse_rank,
            sparse_score
        )
inner join pgrerank.tenant as t on l.tenant_id = t.id
where l.sparse_scan is not null;

grant select on pgrerank_analytics.rerank_sparse to pgrerank_analyst;
