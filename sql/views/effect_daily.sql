-- effect_daily: what reranking changed, by tenant, collection, reranker and day (UTC).
-- Rows: those of tenants granted to the current login; counted by the job `drift` from searches
-- whose rerank status is full or partial. The log is read only for tenants whose present day is not
-- counted yet.
create view pgrerank_analytics.effect_daily
with (security_invoker = true)
as
with counted as (
    select
        d.tenant_id,
        d.day,
        d.reranker_id,
        d.collection_name,
        d.counted_at,
        d.searches,
        d.skipped_searches,
        d.failed_searches,
        d.changed_top_1,
        d.changed_top_3,
        d.changed_top_10,
        d.tau_searches,
        d.tau_sum,
        d.agreement_searches,
        d.agreement_sum
    from pgrerank.score_daily as d
    union all
    select
        d.tenant_id,
        d.day,
        d.reranker_id,
        d.collection_name,
        d.counted_at,
        d.searches,
        d.skipped_searches,
        d.failed_searches,
        d.changed_top_1,
        d.changed_top_3,
        d.changed_top_10,
        d.tau_searches,
        d.tau_sum,
        d.agreement_searches,
        d.agreement_sum
    from pgrerank.score_day_v1((now() at time zone 'UTC')::date, true) as d
)

select
    t.name as tenant,
    d.collection_name as collection,
    d.day,
    m.name as reranker,
    m.fingerprint as reranker_fingerprint,
    r.searches,
    d.counted_at,
    d.changed_top_1::double precision / r.searches as changed_top_1,
    d.changed_top_3::double precision / r.searches as changed_top_3,
    d.changed_top_10::double precision / r.searches as changed_top_10,
    d.tau_sum / nullif(d.tau_searches, 0) as kendall_tau,
    d.agreement_sum / nullif(d.agreement_searches, 0) as agreement
from counted as d
cross join
    lateral (values (d.searches - d.skipped_searches - d.failed_searches)) as r (searches)
inner join pgrerank.tenant as t on d.tenant_id = t.id
left join pgrerank.model as m on d.reranker_id = m.id
where r.searches > 0;

grant select on pgrerank_analytics.effect_daily to pgrerank_analyst;

comment on view pgrerank_analytics.effect_daily is
'What reranking changed, by tenant, collection, reranker and day, over searches whose status is '
'full or partial. Counted as score_daily is.';
comment on column pgrerank_analytics.effect_daily.tenant is 'Name of the tenant.';
comment on column pgrerank_analytics.effect_daily.collection is
'Name of the collection as it was then, also where it has been deleted since.';
comment on column pgrerank_analytics.effect_daily.day is 'Day in UTC.';
comment on column pgrerank_analytics.effect_daily.reranker is 'Name of the reranker.';
comment on column pgrerank_analytics.effect_daily.reranker_fingerprint is
'Fingerprint of that model: models of one fingerprint give the same scores, scores of different '
'ones must not be compared.';
comment on column pgrerank_analytics.effect_daily.searches is 'Reranked searches, 1 or more.';
comment on column pgrerank_analytics.effect_daily.counted_at is 'When the row was counted.';
comment on column pgrerank_analytics.effect_daily.changed_top_1 is
'Share of searches, 0 to 1, whose first result fusion had placed behind the first.';
comment on column pgrerank_analytics.effect_daily.changed_top_3 is
'Share of searches, 0 to 1, whose first 3 hold a chunk that fusion had placed behind them.';
comment on column pgrerank_analytics.effect_daily.changed_top_10 is
'Share of searches, 0 to 1, whose first 10 hold a chunk that fusion had placed behind them.';
comment on column pgrerank_analytics.effect_daily.kendall_tau is
'Mean of Kendall''s tau-b between fused and final order over the reranked candidates: 1 the '
'same, 0 unrelated, -1 reversed; null: no search had two.';
comment on column pgrerank_analytics.effect_daily.agreement is
'Mean share of the reranker''s first 10 that the dense leg had among its first 50, 0 to 1; null: '
'no dense leg.';
