-- Statements of storage/drift.py: counting as the owner, reading as the owner or the service.

-- one_at_a_time --
-- Wait for another process that counts; a lock until the transaction ends. Does not block reads.
lock table pgrerank.score_daily in share row exclusive mode;

-- allow_time --
-- Counting a long log for the first time takes long.
select set_config('statement_timeout', '0', true);

-- days_to_count --
-- Days (UTC) without a final count: from the newest day that was counted an hour after its end, or
-- the first day of the log, to today.
select g.instant::date as day
from
    generate_series(
        coalesce(
            (
                select max(d.day) + 1
                from pgrerank.score_daily as d
                where d.counted_at >= (d.day + 1)::timestamp at time zone 'UTC' + interval '1 hour'
            ),
            (
                select (min(l.created_at) at time zone 'UTC')::date
                from pgrerank.rerank_log as l
            ),
            (now() at time zone 'UTC')::date
        )::timestamp,
        (now() at time zone 'UTC')::date::timestamp,
        interval '1 day'
    ) as g (instant)
order by day;

-- count_day --
-- Count a day of the log for all tenants, overwriting its earlier count.
insert into pgrerank.score_daily (
    tenant_id,
    day,
    collection_id,
    reranker_id,
    collection_name,
    counted_at,
    searches,
    partial_searches,
    skipped_searches,
    failed_searches,
    pairs,
    truncated_pairs,
    changed_top_1,
    changed_top_3,
    changed_top_10,
    tau_searches,
    tau_sum,
    shift_sum,
    agreement_searches,
    agreement_sum,
    score_bins,
    score_counts
)
select
    c.tenant_id,
    c.day,
    c.collection_id,
    c.reranker_id,
    c.collection_name,
    c.counted_at,
    c.searches,
    c.partial_searches,
    c.skipped_searches,
    c.failed_searches,
    c.pairs,
    c.truncated_pairs,
    c.changed_top_1,
    c.changed_top_3,
    c.changed_top_10,
    c.tau_searches,
    c.tau_sum,
    c.shift_sum,
    c.agreement_searches,
    c.agreement_sum,
    c.score_bins,
    c.score_counts
from pgrerank.score_day_v1(%(day)s::date, false) as c
on conflict (tenant_id, day, collection_key, reranker_key) do update
    set
        collection_name = excluded.collection_name,
        counted_at = excluded.counted_at,
        searches = excluded.searches,
        partial_searches = excluded.partial_searches,
        skipped_searches = excluded.skipped_searches,
        failed_searches = excluded.failed_searches,
        pairs = excluded.pairs,
        truncated_pairs = excluded.truncated_pairs,
        changed_top_1 = excluded.changed_top_1,
        changed_top_3 = excluded.changed_top_3,
        changed_top_10 = excluded.changed_top_10,
        tau_searches = excluded.tau_searches,
        tau_sum = excluded.tau_sum,
        shift_sum = excluded.shift_sum,
        agreement_searches = excluded.agreement_searches,
        agreement_sum = excluded.agreement_sum,
        score_bins = excluded.score_bins,
        score_counts = excluded.score_counts;

-- health --
-- Results of all checks, worst first; of one tenant and one collection, if named.
select
    h.tenant,
    h.collection,
    h.check_name,
    h.state,
    h.value,
    h.warn_at,
    h.alert_at,
    h.samples,
    h.reranker,
    h.advice
from pgrerank_analytics.health as h
where
    (%(tenant)s::text is null or h.tenant = %(tenant)s::text)
    and (%(collection)s::text is null or h.collection = %(collection)s::text)
order by
    array_position(array['alert', 'warn', 'ok', 'unknown'], h.state),
    h.tenant,
    h.collection nulls last,
    h.check_name,
    h.advice;

-- summary --
-- Number of collections in each state, by check, over all tenants.
select
    s.check_name,
    s.state,
    s.tenant,
    s.collections
from pgrerank.health_summary_v1(%(by_tenant)s) as s;
