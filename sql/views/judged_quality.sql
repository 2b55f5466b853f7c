-- judged_quality: how good the searches of the last 28 days were where their queries are judged,
-- by tenant, collection and reranker.
-- Rows: those of tenants granted to the login that asks; counted by the chore `drift`.
create view pgrerank_analytics.judged_quality
with (security_invoker = true)
as
select
    t.name as tenant,
    c.name as collection,
    m.name as reranker,
    m.fingerprint as reranker_fingerprint,
    q.counted_at,
    q.queries,
    q.ndcg_without,
    q.ndcg_with,
    q.calibrated_pairs,
    q.calibration_error,
    q.ndcg_with - q.ndcg_without as lift
from pgrerank.judged_quality as q
inner join pgrerank.tenant as t on q.tenant_id = t.id
inner join pgrerank.model as m on q.reranker_id = m.id
inner join pgrerank.collection as c
    on
        q.tenant_id = c.tenant_id
        and q.collection_id = c.id;

grant select on pgrerank_analytics.judged_quality to pgrerank_analyst;
