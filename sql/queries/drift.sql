-- Statements of storage/drift.py: counting as the owner, reading as the owner or the service.

-- one_at_a_time --
-- Waits for another process that counts; held until the transaction ends.
select pg_advisory_xact_lock(hashtextextended('pgrerank.drift', 0));

-- allow_time --
-- A long log takes long the first time.
select set_config('statement_timeout', '0', true);

-- days_to_count --
-- Days (UTC) whose count is not final: from the newest that was counted an hour after its end, or
-- the first of the log, to today.
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
-- Counts a day of the log anew, for all tenants. What was counted of it before is overwritten.
with search as (
    select
        l.tenant_id,
        l.collection_id,
        l.collection_name,
        l.reranker_id,
        l.status,
        l.rerank_scores,
        l.truncated,
        l.status in ('full', 'partial') as is_reranked,
        coalesce(1 < any(l.fused_ranks[1:1]), false) as is_top_1_changed,
        coalesce(3 < any(l.fused_ranks[1:3]), false) as is_top_3_changed,
        coalesce(10 < any(l.fused_ranks[1:10]), false) as is_top_10_changed,
        -- Of n places without ties, tau is what is left of 1 by inversions, each 4 / n / (n - 1).
        case
            when l.status in ('full', 'partial') and l.depth > 1
                then (
                    select 1 - 4.0 * count(*) / (l.depth * (l.depth - 1))
                    from unnest(l.fused_ranks[1:l.depth]) with ordinality as x (fused_rank, place)
                    inner join
                        unnest(l.fused_ranks[1:l.depth]) with ordinality as y (fused_rank, place)
                        on x.place < y.place
                    where x.fused_rank > y.fused_rank
                )
        end as tau,
        case
            when l.status in ('full', 'partial')
                then (
                    select avg(abs(u.fused_rank - u.place))
                    from
                        unnest(l.fused_ranks[1:least(10, l.depth)]) with ordinality
                            as u (fused_rank, place)
                )
        end as shift,
        case
            when l.status in ('full', 'partial') and l.dense_returned is not null
                then (
                    select avg((coalesce(u.dense_rank, 51) <= 50)::integer)
                    from unnest(l.dense_ranks[1:least(10, l.depth)]) as u (dense_rank)
                )
        end as agreement
    from pgrerank.tenant as t
    inner join pgrerank.rerank_log as l on t.id = l.tenant_id
    where
        l.created_at >= %(day)s::date::timestamp at time zone 'UTC'
        and l.created_at < (%(day)s::date + 1)::timestamp at time zone 'UTC'
        and l.source = 'search'
),

volume as (
    select
        s.tenant_id,
        s.collection_id,
        s.reranker_id,
        max(s.collection_name) as collection_name,
        count(*) as searches,
        count(*) filter (where s.status = 'partial') as partial_searches,
        count(*) filter (where s.status = 'skipped') as skipped_searches,
        count(*) filter (where s.status = 'failed') as failed_searches,
        count(*) filter (where s.is_reranked and s.is_top_1_changed) as changed_top_1,
        count(*) filter (where s.is_reranked and s.is_top_3_changed) as changed_top_3,
        count(*) filter (where s.is_reranked and s.is_top_10_changed) as changed_top_10,
        count(s.tau) as tau_searches,
        coalesce(sum(s.tau), 0) as tau_sum,
        coalesce(sum(s.shift), 0) as shift_sum,
        count(s.agreement) as agreement_searches,
        coalesce(sum(s.agreement), 0) as agreement_sum
    from search as s
    group by s.tenant_id, s.collection_id, s.reranker_id
),

bin as (
    select
        s.tenant_id,
        s.collection_id,
        s.reranker_id,
        pgrerank_analytics.score_bin_v1(u.score) as place,
        count(*) as pairs,
        count(*) filter (where u.is_truncated) as truncated_pairs
    from search as s
    cross join unnest(s.rerank_scores, s.truncated) as u (score, is_truncated)
    where u.score is not null
    group by
        s.tenant_id,
        s.collection_id,
        s.reranker_id,
        pgrerank_analytics.score_bin_v1(u.score)
),

histogram as (
    select
        b.tenant_id,
        b.collection_id,
        b.reranker_id,
        sum(b.pairs) as pairs,
        sum(b.truncated_pairs) as truncated_pairs,
        array_agg(b.place order by b.place) as score_bins,
        array_agg(b.pairs order by b.place) as score_counts
    from bin as b
    group by b.tenant_id, b.collection_id, b.reranker_id
)

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
    v.tenant_id,
    %(day)s::date as day,
    v.collection_id,
    v.reranker_id,
    v.collection_name,
    now() as counted_at,
    v.searches,
    v.partial_searches,
    v.skipped_searches,
    v.failed_searches,
    coalesce(h.pairs, 0) as pairs,
    coalesce(h.truncated_pairs, 0) as truncated_pairs,
    v.changed_top_1,
    v.changed_top_3,
    v.changed_top_10,
    v.tau_searches,
    v.tau_sum,
    v.shift_sum,
    v.agreement_searches,
    v.agreement_sum,
    coalesce(h.score_bins, '{}') as score_bins,
    coalesce(h.score_counts, '{}') as score_counts
from volume as v
left join histogram as h
    on
        v.tenant_id = h.tenant_id
        and v.collection_id is not distinct from h.collection_id
        and v.reranker_id is not distinct from h.reranker_id
on conflict on constraint uq_score_daily_tenant_id_day_collection_id_reranker_id do update
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
-- Every check, the worst first: of one tenant and one collection, where named.
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
-- How many collections are in which state, by check, over all tenants.
select
    s.check_name,
    s.state,
    s.tenant,
    s.collections
from pgrerank.health_summary_v1(%(by_tenant)s) as s;
