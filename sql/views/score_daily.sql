-- score_daily: searches and their rerank scores, by tenant, collection, reranker and day (UTC).
-- Rows: those of tenants granted to the current login; counted by the job `drift`. The log is read
-- only for tenants whose present day is not counted yet. The last columns are a histogram:
-- `score_counts` are the numbers of pairs with scores in the bins `score_bins`, see score_bin_v1.
create view pgrerank_analytics.score_daily
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
        d.partial_searches,
        d.skipped_searches,
        d.failed_searches,
        d.pairs,
        d.truncated_pairs,
        d.changed_top_10,
        d.shift_sum,
        d.agreement_searches,
        d.agreement_sum,
        d.score_bins,
        d.score_counts
    from pgrerank.score_daily as d
    union all
    select
        d.tenant_id,
        d.day,
        d.reranker_id,
        d.collection_name,
        d.counted_at,
        d.searches,
        d.partial_searches,
        d.skipped_searches,
        d.failed_searches,
        d.pairs,
        d.truncated_pairs,
        d.changed_top_10,
        d.shift_sum,
        d.agreement_searches,
        d.agreement_sum,
        d.score_bins,
        d.score_counts
    from pgrerank.score_day_v1((now() at time zone 'UTC')::date, true) as d
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

comment on view pgrerank_analytics.score_daily is
'Searches and their rerank scores by tenant, collection, reranker and day. Counted from the log '
'by `pgrerank worker`; today is counted on the fly for tenants of which nothing of it is counted '
'yet.';
comment on column pgrerank_analytics.score_daily.tenant is 'Name of the tenant.';
comment on column pgrerank_analytics.score_daily.collection is
'Name of the collection as it was then, also where it has been deleted since.';
comment on column pgrerank_analytics.score_daily.day is 'Day in UTC.';
comment on column pgrerank_analytics.score_daily.reranker is
'Name of the reranker; null: the row of searches that were not reranked.';
comment on column pgrerank_analytics.score_daily.reranker_fingerprint is
'Fingerprint of that model: models of one fingerprint give the same scores, scores of different '
'ones must not be compared.';
comment on column pgrerank_analytics.score_daily.searches is 'All searches of the row.';
comment on column pgrerank_analytics.score_daily.partial_searches is 'Those of status partial.';
comment on column pgrerank_analytics.score_daily.skipped_searches is 'Those of status skipped.';
comment on column pgrerank_analytics.score_daily.failed_searches is 'Those of status failed.';
comment on column pgrerank_analytics.score_daily.pairs is
'Pairs of query and chunk that got a rerank score.';
comment on column pgrerank_analytics.score_daily.truncated_pairs is
'Those of which the reranker read only the beginning.';
comment on column pgrerank_analytics.score_daily.counted_at is 'When the row was counted.';
comment on column pgrerank_analytics.score_daily.score_bins is
'Histogram of the raw scores: its bins in rising order, see score_bin_v1.';
comment on column pgrerank_analytics.score_daily.score_counts is
'Histogram of the raw scores: pairs in each of score_bins.';
comment on column pgrerank_analytics.score_daily.truncated_share is
'Share of pairs that were truncated, 0 to 1; null: no pairs.';
comment on column pgrerank_analytics.score_daily.agreement is
'Mean share of the reranker''s first 10 that the dense leg had among its first 50, 0 to 1; null: '
'no dense leg.';
comment on column pgrerank_analytics.score_daily.changed_top_10 is
'Share of reranked searches whose first 10 hold a chunk that fusion had placed behind them, 0 to '
'1; null: none was reranked.';
comment on column pgrerank_analytics.score_daily.rank_shift is
'Mean number of places by which fusion and reranker differ on the first 10; null: none was '
'reranked.';
