-- usage_daily: what each API key and each user of a caller asked for, by tenant, collection and
-- day (UTC).
-- Rows: those of tenants granted to the current login, including the latest search. Of a key the
-- name is shown, which the policy of api_key lets analysts read.
create view pgrerank_analytics.usage_daily
with (security_invoker = true)
as
select
    t.name as tenant,
    l.collection_name as collection,
    l.key_id,
    k.name as key_name,
    l.end_user_id,
    (l.created_at at time zone 'UTC')::date as day,
    count(*) as requests,
    count(*) filter (where l.source = 'search') as searches,
    count(*) filter (where l.source <> 'search') as rankings,
    count(*) filter (where l.status in ('full', 'partial')) as reranked,
    count(*) filter (where l.status = 'failed') as failed,
    sum(l.depth) as scored,
    sum((l.timings_ms ->> 'total')::double precision) as total_ms
from pgrerank.rerank_log as l
inner join pgrerank.tenant as t on l.tenant_id = t.id
left join pgrerank.api_key as k
    on
        l.tenant_id = k.tenant_id
        and l.key_id = k.id
group by
    t.name,
    l.collection_name,
    l.key_id,
    k.name,
    l.end_user_id,
    (l.created_at at time zone 'UTC')::date;

grant select on pgrerank_analytics.usage_daily to pgrerank_analyst;

comment on view pgrerank_analytics.usage_daily is
'Requests by tenant, collection, API key, user of the caller and day. Reads the log: name an '
'interval of day.';
comment on column pgrerank_analytics.usage_daily.tenant is 'Name of the tenant.';
comment on column pgrerank_analytics.usage_daily.collection is
'Name of the collection as it was then, also where it has been deleted since; null: the caller '
'supplied the documents and named none.';
comment on column pgrerank_analytics.usage_daily.key_id is
'Id of the API key, as `pgrerank key list` shows it; null: the command line asked.';
comment on column pgrerank_analytics.usage_daily.key_name is
'Name of the API key; null: the command line asked.';
comment on column pgrerank_analytics.usage_daily.end_user_id is
'The caller''s own user, as the caller named them; null: not named.';
comment on column pgrerank_analytics.usage_daily.day is 'Day in UTC.';
comment on column pgrerank_analytics.usage_daily.requests is
'Searches and rankings of supplied documents.';
comment on column pgrerank_analytics.usage_daily.searches is 'Searches among them.';
comment on column pgrerank_analytics.usage_daily.rankings is
'Rankings of supplied documents among them.';
comment on column pgrerank_analytics.usage_daily.reranked is
'Requests of which something was reranked.';
comment on column pgrerank_analytics.usage_daily.failed is 'Requests whose reranker failed.';
comment on column pgrerank_analytics.usage_daily.scored is
'Chunks and documents that got a rerank score, in all.';
comment on column pgrerank_analytics.usage_daily.total_ms is
'Time of the requests in milliseconds, in all.';
