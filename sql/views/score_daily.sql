-- score_daily: searches and their rerank scores, by tenant, collection, reranker and day (UTC).
-- Rows: those of tenants granted to the login that asks; counted by the chore `drift`, so that
-- nothing here reads the log, but of tenants of which today is not counted yet: those are counted
-- while you wait. The last columns are a histogram: `score_counts` pairs scored within
-- the bins `score_bins`, see score_bin_v1.
create view pgrerank_analytics.score_daily
with (security_invoker = true)
as
with counted as (
    select *
    from pgrerank.score_daily
    union all
    select *
    from pgrerank.score_day_v1((now() at time zone 'UTC')::date, true)
)

select
    t.name as tenant,
    d.collection_name as collection,
    d.day,
    m.name as reranker,
    m.fingerprint as reranker_fingerprint,
    d.searches,
    d.partial_searches,
    d.skipped_searches,
    d.failed_searches,
    d.pairs,
    d.truncated_pairs,
    d.counted_at,
    d.score_bins,
    d.score_counts,
    d.truncated_pairs::double precision / nullif(d.pairs, 0) as truncated_share,
    d.agreement_sum / nullif(d.agreement_searches, 0) as agreement,
    d.changed_top_10::double precision
    / nullif(d.searches - d.skipped_searches - d.failed_searches, 0) as changed_top_10,
    d.shift_sum / nullif(d.searches - d.skipped_searches - d.failed_searches, 0) as rank_shift
from counted as d
inner join pgrerank.tenant as t on d.tenant_id = t.id
left join pgrerank.model as m on d.reranker_id = m.id;

grant select on pgrerank_analytics.score_daily to pgrerank_analyst;
