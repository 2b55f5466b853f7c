-- reference_run: one row for each time a reference set was scored, and what changed since the time
-- before.
-- Rows: those of tenants granted to the login that asks.
create view pgrerank_analytics.reference_run
with (security_invoker = true)
as
select
    t.name as tenant,
    s.name as reference_set,
    r.id as run_id,
    r.created_at,
    m.name as reranker,
    m.fingerprint as reranker_fingerprint,
    m.precision as reranker_precision,
    r.environment,
    r.verdict,
    r.compared_with_id,
    r.largest_change,
    r.noise,
    r.beyond_noise,
    r.truncation_changes,
    r.kendall_tau,
    r.message,
    r.scores,
    r.truncated,
    cardinality(r.scores) as pairs
from pgrerank.reference_run as r
inner join pgrerank.reference_set as s
    on
        r.tenant_id = s.tenant_id
        and r.reference_set_id = s.id
inner join pgrerank.tenant as t on r.tenant_id = t.id
inner join pgrerank.model as m on r.model_id = m.id;

grant select on pgrerank_analytics.reference_run to pgrerank_analyst;
