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
        coalesce(10 < any(l.fused_ranks[1:10]), false) as is_top_10_changed,
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
        count(*) filter (where s.is_reranked and s.is_top_10_changed) as changed_top_10,
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
    changed_top_10,
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
    v.changed_top_10,
    v.shift_sum,
    v.agreement_searches,
    v.agreement_sum,
    coalesce(h.score_bins, '{}') as score_bins,
    coalesce(h.score_counts, '{}') as score_counts
from volume as v
left join histogram as h
    on
        v.tenant_id = h.tenant_id
        and v.collection_id = h.collection_id
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
        changed_top_10 = excluded.changed_top_10,
        shift_sum = excluded.shift_sum,
        agreement_searches = excluded.agreement_searches,
        agreement_sum = excluded.agreement_sum,
        score_bins = excluded.score_bins,
        score_counts = excluded.score_counts;

-- forget_quality --
-- Before it is counted anew.
delete from pgrerank.judged_quality;

-- count_quality --
-- Of the newest search for each judged query in the last 28 days: nDCG@10 of the fused and of the
-- final order, and how far probabilities are from what fresh judgments say. A document counts by
-- the best of its chunks that is still stored. Judges that differ on relevance cancel each other.
with agreed as (
    select
        g.tenant_id,
        g.collection_id,
        g.query_hash,
        g.external_id,
        min(g.grade) as grade,
        max(g.created_at) as judged_at
    from pgrerank.judgment as g
    group by g.tenant_id, g.collection_id, g.query_hash, g.external_id, g.chunk_id
    having (min(g.grade) >= %(relevant)s) = (max(g.grade) >= %(relevant)s)
),

graded as (
    select
        a.tenant_id,
        a.collection_id,
        a.query_hash,
        a.external_id,
        max(a.grade) as grade,
        max(a.judged_at) as judged_at
    from agreed as a
    group by a.tenant_id, a.collection_id, a.query_hash, a.external_id
),

ideal as (
    select
        r.tenant_id,
        r.collection_id,
        r.query_hash,
        sum(r.grade / log(2.0, 1 + r.place)) as gain
    from (
        select
            g.tenant_id,
            g.collection_id,
            g.query_hash,
            g.grade,
            row_number() over (
                partition by g.tenant_id, g.collection_id, g.query_hash
                order by g.grade desc
            ) as place
        from graded as g
    ) as r
    where r.place <= 10
    group by r.tenant_id, r.collection_id, r.query_hash
    having sum(r.grade) > 0
),

search as (
    select distinct on (i.tenant_id, i.collection_id, l.reranker_id, i.query_hash)
        i.tenant_id,
        i.collection_id,
        l.reranker_id,
        i.query_hash,
        i.gain as ideal_gain,
        l.id,
        l.chunk_ids,
        l.fused_ranks,
        l.final_ranks,
        l.relevances
    from ideal as i
    inner join pgrerank.rerank_log as l
        on
            i.tenant_id = l.tenant_id
            and i.collection_id = l.collection_id
            and i.query_hash = sha256(convert_to(l.query, 'UTF8'))
    where
        l.created_at > now() - interval '28 days'
        and l.status in ('full', 'partial')
        and l.reranker_id is not null
    order by
        i.tenant_id asc,
        i.collection_id asc,
        l.reranker_id asc,
        i.query_hash asc,
        l.id desc
),

placed as (
    select
        s.tenant_id,
        s.collection_id,
        s.reranker_id,
        s.query_hash,
        s.ideal_gain,
        d.external_id,
        min(u.fused_rank) as fused_rank,
        min(u.final_rank) as final_rank,
        (array_agg(u.relevance order by u.final_rank))[1] as relevance
    from search as s
    cross join
        unnest(s.chunk_ids, s.fused_ranks, s.final_ranks, s.relevances)
            as u (chunk_id, fused_rank, final_rank, relevance)
    inner join pgrerank.chunk as c
        on
            s.tenant_id = c.tenant_id
            and u.chunk_id = c.id
    inner join pgrerank.document as d
        on
            c.tenant_id = d.tenant_id
            and c.document_id = d.id
    group by
        s.tenant_id,
        s.collection_id,
        s.reranker_id,
        s.query_hash,
        s.ideal_gain,
        d.external_id
),

ordered as (
    select
        p.tenant_id,
        p.collection_id,
        p.reranker_id,
        p.query_hash,
        p.ideal_gain,
        p.external_id,
        p.relevance,
        row_number() over (
            partition by p.tenant_id, p.collection_id, p.reranker_id, p.query_hash
            order by p.fused_rank, p.external_id
        ) as fused_place,
        row_number() over (
            partition by p.tenant_id, p.collection_id, p.reranker_id, p.query_hash
            order by p.final_rank, p.external_id
        ) as final_place
    from placed as p
),

ndcg as (
    select
        o.tenant_id,
        o.collection_id,
        o.reranker_id,
        coalesce(
            sum(g.grade / log(2.0, 1 + o.fused_place)) filter (where o.fused_place <= 10), 0
        ) / o.ideal_gain as without,
        coalesce(
            sum(g.grade / log(2.0, 1 + o.final_place)) filter (where o.final_place <= 10), 0
        ) / o.ideal_gain as reranked
    from ordered as o
    left join graded as g
        on
            o.tenant_id = g.tenant_id
            and o.collection_id = g.collection_id
            and o.query_hash = g.query_hash
            and o.external_id = g.external_id
    group by o.tenant_id, o.collection_id, o.reranker_id, o.query_hash, o.ideal_gain
),

lift as (
    select
        n.tenant_id,
        n.collection_id,
        n.reranker_id,
        count(*) as queries,
        avg(n.without) as ndcg_without,
        avg(n.reranked) as ndcg_with
    from ndcg as n
    group by n.tenant_id, n.collection_id, n.reranker_id
),

claim as (
    select
        o.tenant_id,
        o.collection_id,
        o.reranker_id,
        o.relevance,
        (g.grade >= %(relevant)s)::integer as is_relevant,
        ntile(10) over (
            partition by o.tenant_id, o.collection_id, o.reranker_id
            order by o.relevance, o.query_hash, o.external_id
        ) as bin
    from ordered as o
    inner join graded as g
        on
            o.tenant_id = g.tenant_id
            and o.collection_id = g.collection_id
            and o.query_hash = g.query_hash
            and o.external_id = g.external_id
    where
        o.relevance is not null
        and g.judged_at > now() - interval '28 days'
),

missed as (
    select
        c.tenant_id,
        c.collection_id,
        c.reranker_id,
        count(*) as pairs,
        abs(avg(c.relevance) - avg(c.is_relevant)) as distance
    from claim as c
    group by c.tenant_id, c.collection_id, c.reranker_id, c.bin
),

calibration as (
    select
        m.tenant_id,
        m.collection_id,
        m.reranker_id,
        sum(m.pairs) as pairs,
        sum(m.pairs * m.distance) / sum(m.pairs) as error
    from missed as m
    group by m.tenant_id, m.collection_id, m.reranker_id
)

insert into pgrerank.judged_quality (
    tenant_id,
    collection_id,
    reranker_id,
    counted_at,
    queries,
    ndcg_without,
    ndcg_with,
    calibrated_pairs,
    calibration_error
)
select
    l.tenant_id,
    l.collection_id,
    l.reranker_id,
    now() as counted_at,
    l.queries,
    l.ndcg_without,
    l.ndcg_with,
    coalesce(c.pairs, 0) as calibrated_pairs,
    c.error as calibration_error
from lift as l
left join calibration as c
    on
        l.tenant_id = c.tenant_id
        and l.collection_id = c.collection_id
        and l.reranker_id = c.reranker_id;

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
