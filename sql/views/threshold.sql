-- threshold: named cuts of results, one row each.
-- Rows: those of tenants granted to the login that asks.
create view pgrerank_analytics.threshold
with (security_invoker = true)
as
select
    t.name as tenant,
    h.name as threshold,
    o.name as collection,
    h.cutoff,
    h.min_relevance,
    h.promised_precision,
    h.confidence,
    m.name as reranker,
    m.fingerprint as reranker_fingerprint,
    h.calibration_id,
    h.created_at
from pgrerank.threshold as h
inner join pgrerank.tenant as t on h.tenant_id = t.id
inner join pgrerank.collection as o
    on
        h.tenant_id = o.tenant_id
        and h.collection_id = o.id
left join pgrerank.model as m on h.reranker_id = m.id;

grant select on pgrerank_analytics.threshold to pgrerank_analyst;
