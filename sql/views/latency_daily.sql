-- latency_daily: duration of each stage of searches, by tenant, collection and day (UTC).
-- Rows: those of tenants granted to the current login, including the latest search. The stage
-- `rerank` covers only searches with a rerank score: for others it takes microseconds.
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

comment on view pgrerank_analytics.latency_daily is
'Time of searches by tenant, collection, day and stage. Reads the log: name an interval of day.';
comment on column pgrerank_analytics.latency_daily.tenant is 'Name of the tenant.';
comment on column pgrerank_analytics.latency_daily.collection is
'Name of the collection as it was then, also where it has been deleted since; null: the caller '
'supplied the documents and named none.';
comment on column pgrerank_analytics.latency_daily.stage is
'Stage of a search, such as lookup, embed, retrieve, rerank, order or total.';
comment on column pgrerank_analytics.latency_daily.day is 'Day in UTC.';
comment on column pgrerank_analytics.latency_daily.searches is
'Searches that had this stage; for rerank, those in which something got a rerank score.';
comment on column pgrerank_analytics.latency_daily.p50_ms is 'Median time in milliseconds.';
comment on column pgrerank_analytics.latency_daily.p95_ms is
'95th percentile of the time in milliseconds.';
comment on column pgrerank_analytics.latency_daily.max_ms is 'Longest time in milliseconds.';
