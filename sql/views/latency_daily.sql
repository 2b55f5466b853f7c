-- latency_daily: how long each stage of a search took, by tenant, collection and day (UTC).
-- Rows: those of tenants granted to the login that asks, to the last search. The stage `rerank` has
-- the searches that got a rerank score: where none was asked for, it takes microseconds.
create view pgrerank_analytics.latency_daily
with (security_invoker = true)
as
select
    t.name as tenant,
    l.collection_name as collection,
    s.stage,
    (l.created_at at time zone 'UTC')::date as day,
    count(*) as searches,
    percentile_cont(0.5) within group (order by s.ms::double precision) as p50_ms,
    percentile_cont(0.95) within group (order by s.ms::double precision) as p95_ms,
    max(s.ms::double precision) as max_ms
from pgrerank.rerank_log as l
cross join jsonb_each_text(l.timings_ms) as s (stage, ms)
inner join pgrerank.tenant as t on l.tenant_id = t.id
where s.stage <> 'rerank' or l.depth > 0
group by
    t.name,
    l.collection_name,
    (l.created_at at time zone 'UTC')::date,
    s.stage;

grant select on pgrerank_analytics.latency_daily to pgrerank_analyst;
