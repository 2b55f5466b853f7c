-- eval_run: one row for each stored evaluation: what was asked of the searches, and of what models.
-- Rows: those of tenants granted to the login that asks. Times are milliseconds of a whole search.
create view pgrerank_analytics.eval_run
with (security_invoker = true)
as
select
    t.name as tenant,
    c.name as collection,
    r.id as evaluation_id,
    r.created_at,
    r.label,
    r.judgments,
    r.strategy,
    r.knobs,
    e.name as embedder,
    m.name as reranker,
    m.fingerprint as reranker_fingerprint,
    r.queries,
    r.p50_ms,
    r.p95_ms
from pgrerank.eval_run as r
inner join pgrerank.tenant as t on r.tenant_id = t.id
inner join pgrerank.collection as c
    on
        r.tenant_id = c.tenant_id
        and r.collection_id = c.id
left join pgrerank.model as e on r.embedder_id = e.id
left join pgrerank.model as m on r.reranker_id = m.id;

grant select on pgrerank_analytics.eval_run to pgrerank_analyst;
