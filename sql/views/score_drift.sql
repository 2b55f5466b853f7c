-- score_drift: rerank scores of the last seven days (UTC, including today) compared with those of
-- the 28 days before, by tenant, collection and reranker.
-- Rows: those of tenants granted to the current login, of rerankers that were used in the last
-- seven days. The log is not read.
create view pgrerank_analytics.score_drift
with (security_invoker = true)
as
with today as (
    select (now() at time zone 'UTC')::date as day
),

counted as (
    select
        d.tenant_id,
        d.collection_id,
        d.reranker_id,
        d.day,
        d.collection_name,
        d.score_bins,
        d.score_counts,
        d.day > t.day - 7 as is_recent,
        d.searches - d.skipped_searches - d.failed_searches as searches
    from pgrerank.score_daily as d
    cross join today as t
    where
        d.day > t.day - 35
        and d.day <= t.day
        and d.reranker_id is not null
),

volume as (
    select
        c.tenant_id,
        c.collection_id,
        c.reranker_id,
        (array_agg(c.collection_name order by c.day desc))[1] as collection_name,
        max(c.day) as last_day,
        coalesce(sum(c.searches) filter (where not c.is_recent), 0)::bigint as baseline_searches,
        coalesce(sum(c.searches) filter (where c.is_recent), 0)::bigint as recent_searches
    from counted as c
    group by c.tenant_id, c.collection_id, c.reranker_id
    having bool_or(c.is_recent)
),

bin as (
    select
        c.tenant_id,
        c.collection_id,
        c.reranker_id,
        u.bin,
        coalesce(sum(u.pairs) filter (where not c.is_recent), 0)::bigint as baseline_pairs,
        coalesce(sum(u.pairs) filter (where c.is_recent), 0)::bigint as recent_pairs
    from counted as c
    cross join unnest(c.score_bins, c.score_counts) as u (bin, pairs)
    group by c.tenant_id, c.collection_id, c.reranker_id, u.bin
),

histogram as (
    select
        b.tenant_id,
        b.collection_id,
        b.reranker_id,
        array_agg(b.baseline_pairs order by b.bin) as baseline,
        array_agg(b.recent_pairs order by b.bin) as recent,
        sum(b.baseline_pairs)::bigint as baseline_pairs,
        sum(b.recent_pairs)::bigint as recent_pairs
    from bin as b
    group by b.tenant_id, b.collection_id, b.reranker_id
)

select
    t.name as tenant,
    v.collection_name as collection,
    v.collection_id,
    m.name as reranker,
    m.fingerprint as reranker_fingerprint,
    v.last_day,
    v.baseline_searches,
    v.recent_searches,
    coalesce(h.baseline_pairs, 0) as baseline_pairs,
    coalesce(h.recent_pairs, 0) as recent_pairs,
    pgrerank_analytics.psi_counts_v1(h.baseline, h.recent) as psi,
    pgrerank_analytics.ks_counts_v1(h.baseline, h.recent) as ks
from volume as v
inner join pgrerank.tenant as t on v.tenant_id = t.id
inner join pgrerank.model as m on v.reranker_id = m.id
left join histogram as h
    on
        v.tenant_id = h.tenant_id
        and v.collection_id is not distinct from h.collection_id
        and v.reranker_id = h.reranker_id;

grant select on pgrerank_analytics.score_drift to pgrerank_analyst;

comment on view pgrerank_analytics.score_drift is
'Rerank scores of the last seven days (UTC, today''s included) beside those of the 28 days '
'before, by tenant, collection and reranker. A reranker that was not used in the last seven days '
'has no row.';
comment on column pgrerank_analytics.score_drift.tenant is 'Name of the tenant.';
comment on column pgrerank_analytics.score_drift.collection is
'Name of the collection as it was last.';
comment on column pgrerank_analytics.score_drift.collection_id is 'Id of the collection.';
comment on column pgrerank_analytics.score_drift.reranker is 'Name of the reranker.';
comment on column pgrerank_analytics.score_drift.reranker_fingerprint is
'Fingerprint of that model: models of one fingerprint give the same scores, scores of different '
'ones must not be compared.';
comment on column pgrerank_analytics.score_drift.last_day is 'Last day on which it was used.';
comment on column pgrerank_analytics.score_drift.baseline_searches is
'Reranked searches of the 28 days.';
comment on column pgrerank_analytics.score_drift.recent_searches is
'Reranked searches of the last seven days.';
comment on column pgrerank_analytics.score_drift.baseline_pairs is 'Scored pairs of the 28 days.';
comment on column pgrerank_analytics.score_drift.recent_pairs is
'Scored pairs of the last seven days.';
comment on column pgrerank_analytics.score_drift.psi is
'Population stability index of the scores, 0 or more: under 0.1 is little, over 0.25 much; null: '
'a window is empty.';
comment on column pgrerank_analytics.score_drift.ks is
'Kolmogorov-Smirnov distance of the scores, 0 to 1: the largest difference of the two cumulative '
'shares at an end of a bin; null: a window is empty.';
