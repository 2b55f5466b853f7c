-- effect_daily: what reranking changed, by tenant, collection, reranker and day (UTC).
-- Rows: those of tenants granted to the login that asks; counted by the chore `drift` from searches
-- whose rerank status is full or partial, so that nothing here reads the log, but of tenants of
-- which today is not counted yet: those are counted while you wait.
create view pgrerank_analytics.effect_daily
with (security_invoker = true)
as
with counted as (
    select *
    from pgrerank.score_daily
    union all
    select *
    from pgrerank.score_day_v1((now() at time zone 'UTC')::date, true)
),

reranked as (
    select
        d.tenant_id,
        d.reranker_id,
        d.day,
        d.collection_name,
        d.counted_at,
        d.changed_top_1,
        d.changed_top_3,
        d.changed_top_10,
        d.tau_searches,
        d.tau_sum,
        d.agreement_searches,
        d.agreement_sum,
        d.searches - d.skipped_searches - d.failed_searches as searches
    from counted as d
)

select
    t.name as tenant,
    r.collection_name as collection,
    r.day,
    m.name as reranker,
    m.fingerprint as reranker_fingerprint,
    r.searches,
    r.counted_at,
    r.changed_top_1::double precision / r.searches as changed_top_1,
    r.changed_top_3::double precision / r.searches as changed_top_3,
    r.changed_top_10::double precision / r.searches as changed_top_10,
    r.tau_sum / nullif(r.tau_searches, 0) as kendall_tau,
    r.agreement_sum / nullif(r.agreement_searches, 0) as agreement
from reranked as r
inner join pgrerank.tenant as t on r.tenant_id = t.id
left join pgrerank.model as m on r.reranker_id = m.id
where r.searches > 0;

grant select on pgrerank_analytics.effect_daily to pgrerank_analyst;
