-- rerank_evidence: one row for each candidate of a search whose order went by several kinds of
-- evidence together: the reranker's score, those of the legs, and agreement with the best.
-- Rows: those of tenants granted to the login that asks. `evidence` is comparable within one
-- ranking alone; null where the candidate was not scored in time.
create view pgrerank_analytics.rerank_evidence
with (security_invoker = true)
as
select
    t.name as tenant,
    l.id as ranking_id,
    l.created_at,
    u.final_rank,
    u.fused_rank,
    u.evidence,
    u.rerank_score,
    u.dense_score,
    u.keyword_score,
    u.chunk_id
from pgrerank.rerank_log as l
cross join
    unnest(
        l.chunk_ids,
        l.final_ranks,
        l.fused_ranks,
        l.evidence,
        l.rerank_scores,
        l.dense_scores,
        l.keyword_scores
    )
        as u (
            chunk_id,
            final_rank,
            fused_rank,
            evidence,
            rerank_score,
            dense_score,
            keyword_score
        )
inner join pgrerank.tenant as t on l.tenant_id = t.id
where l.evidence is not null;

grant select on pgrerank_analytics.rerank_evidence to pgrerank_analyst;
