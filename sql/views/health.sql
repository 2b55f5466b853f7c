-- health: one row for each check of each collection and of each reference set, with its value, its
-- limits and what to do.
-- Rows: those of tenants granted to the current login, of collections that were searched in the
-- last seven days. `state` is ok, warn, alert, or unknown if there is too little data. A check
-- whose `alert_at` is below its `warn_at` warns of low values. The log is not read: the worker's
-- jobs `drift` and `references` compute the data.
create view pgrerank_analytics.health
with (security_invoker = true)
as
with today as (
    select (now() at time zone 'UTC')::date as day
),

-- `fewest`: with fewer `samples`, the value is not significant.
rule (check_name, warn_at, alert_at, fewest, counted, advice) as (
    values
    (
        'score_psi', 0.1, 0.25, 200, 'reranked searches in each of both windows',
        'Rerank scores have moved. Look whether documents, the kind of queries or the depth '
        'changed; if so, calibrate anew, and set thresholds again.'
    ),
    (
        'score_ks', 0.1, 0.2, 200, 'reranked searches in each of both windows',
        'Rerank scores have moved. Look whether documents, the kind of queries or the depth '
        'changed; if so, calibrate anew, and set thresholds again.'
    ),
    (
        'truncated', 0.1, 0.3, 1000, 'scored pairs',
        'The reranker does not read its passages whole. Ingest shorter chunks, or take a reranker '
        'that reads longer ones.'
    ),
    (
        'agreement', 0.6, 0.4, 50, 'reranked searches with a dense leg',
        'The reranker finds its best where the embedder ranks low: the two may not fit each '
        'other, or the text is not the kind the embedder knows. Try a matching pair of models; '
        'until then raise `candidates`.'
    ),
    (
        'not_reranked', 0.02, 0.1, 50, 'searches that were to be reranked',
        'Reranking fails or runs out of time. The log says why (column `reason`): lower the '
        'depth, allow more time, or add capacity.'
    ),
    (
        'lift', 0.0, -0.02, 30, 'judged queries',
        'On judged queries reranking makes the order no better. Compare rerankers with '
        '`pgrerank evaluate`, or switch reranking off for this collection.'
    ),
    (
        'lift_proxy', 0.05, 0.01, 50, 'reranked searches',
        'Reranking hardly changes the first ten, so it can hardly improve them. This is a proxy: '
        'judge some queries to know. Lower the depth, or switch reranking off.'
    ),
    (
        'calibration', 0.05, 0.1, 100, 'probabilities first judged after their calibration',
        'Probabilities no longer say how often results are relevant. Calibrate anew: '
        '`pgrerank calibrate`.'
    ),
    (
        'reference', 0.5, 1.0, 1, 'runs in the last seven days',
        ''
    ),
    (
        'counted', 3.0, 27.0, 1, 'counts of the log',
        'Searches are not counted, so the other checks are old. Run `pgrerank worker`, which '
        'counts every hour, or count now with `pgrerank drift`.'
    )
),

week as (
    select
        d.tenant_id,
        d.collection_id,
        -- Searches that were not to be reranked are left out.
        sum(d.searches - d.skipped_searches) as attempted,
        sum(d.partial_searches + d.failed_searches) as unfinished,
        sum(d.searches - d.skipped_searches - d.failed_searches) as reranked,
        sum(d.pairs) as pairs,
        sum(d.truncated_pairs) as truncated_pairs,
        sum(d.changed_top_10) as changed_top_10,
        sum(d.agreement_searches) as agreement_searches,
        sum(d.agreement_sum) as agreement_sum
    from pgrerank.score_daily as d
    cross join today as t
    where
        d.day > t.day - 7
        and d.day <= t.day
    group by d.tenant_id, d.collection_id
),

-- The most recently used reranker; of several, the most used.
drift as (
    select distinct on (s.tenant, s.collection_id)
        s.tenant,
        s.collection_id,
        s.reranker,
        s.reranker_fingerprint,
        s.psi,
        s.ks,
        least(s.baseline_searches, s.recent_searches) as searches
    from pgrerank_analytics.score_drift as s
    order by
        s.tenant asc,
        s.collection_id asc,
        s.last_day desc,
        s.recent_searches desc,
        s.reranker_fingerprint asc
),

watched as (
    select
        c.tenant_id,
        c.name as collection,
        w.attempted,
        w.unfinished,
        w.reranked,
        w.pairs,
        w.truncated_pairs,
        w.changed_top_10,
        w.agreement_searches,
        w.agreement_sum,
        d.reranker,
        d.psi,
        d.ks,
        d.searches as compared_searches,
        q.queries,
        q.calibrated_pairs,
        q.calibration_error,
        q.ndcg_with - q.ndcg_without as lift
    from week as w
    inner join pgrerank.collection as c
        on
            w.tenant_id = c.tenant_id
            and w.collection_id = c.id
    inner join pgrerank.tenant as t on w.tenant_id = t.id
    left join drift as d
        on
            t.name = d.tenant
            and w.collection_id = d.collection_id
    left join pgrerank.model as m on d.reranker_fingerprint = m.fingerprint
    left join pgrerank.judged_quality as q
        on
            w.tenant_id = q.tenant_id
            and w.collection_id = q.collection_id
            and m.id = q.reranker_id
),

reference as (
    select distinct on (r.tenant_id, r.reference_set_id)
        r.tenant_id,
        s.name as reference_set,
        m.name as reranker,
        r.message,
        count(*) over (partition by r.tenant_id, r.reference_set_id) as samples,
        case
            when r.verdict in ('first', 'same') then 0.0
            when r.verdict = 'other model' then 0.5
            else greatest(1.0, r.largest_change / nullif(r.noise, 0))
        end as value
    from pgrerank.reference_run as r
    inner join pgrerank.reference_set as s
        on
            r.tenant_id = s.tenant_id
            and r.reference_set_id = s.id
    inner join pgrerank.model as m on r.model_id = m.id
    where r.created_at > now() - interval '7 days'
    -- A change stays visible for seven days, even if later runs find none.
    order by
        r.tenant_id asc,
        r.reference_set_id asc,
        (r.verdict = 'changed') desc,
        (r.verdict = 'other model') desc,
        r.id desc
),

-- Hours by which a tenant's counts are behind the log; no row if there is nothing new to count.
counting as (
    select
        t.id as tenant_id,
        extract(epoch from newest.created_at - counted.counted_at) / 3600 as hours
    from pgrerank.tenant as t
    cross join
        lateral (
            select max(l.created_at) as created_at
            from pgrerank.rerank_log as l
            where
                l.tenant_id = t.id
                and l.created_at > now() - interval '7 days'
        ) as newest
    cross join
        lateral (
            select max(d.counted_at) as counted_at
            from pgrerank.score_daily as d
            where d.tenant_id = t.id
        ) as counted
    where newest.created_at > coalesce(counted.counted_at, '-infinity')
),

finding as (
    select
        w.tenant_id,
        w.collection,
        w.reranker,
        v.check_name,
        v.value,
        v.samples,
        null::text as message
    from watched as w
    cross join
        lateral (
            values
            ('score_psi', w.psi, w.compared_searches),
            ('score_ks', w.ks, w.compared_searches),
            ('truncated', w.truncated_pairs / nullif(w.pairs, 0), w.pairs),
            (
                'agreement',
                w.agreement_sum / nullif(w.agreement_searches, 0),
                w.agreement_searches
            ),
            ('not_reranked', w.unfinished / nullif(w.attempted, 0), w.attempted),
            ('lift', w.lift, w.queries),
            ('lift_proxy', w.changed_top_10 / nullif(w.reranked, 0), w.reranked),
            ('calibration', w.calibration_error, w.calibrated_pairs)
        ) as v (check_name, value, samples)
    -- The proxy is used if too few queries are judged.
    where v.check_name <> 'lift_proxy' or coalesce(w.queries, 0) < 30
    union all
    select
        r.tenant_id,
        null as collection,
        r.reranker,
        'reference' as check_name,
        r.value,
        r.samples,
        r.reference_set || ': ' || r.message as message
    from reference as r
    union all
    select
        c.tenant_id,
        null as collection,
        null as reranker,
        'counted' as check_name,
        c.hours as value,
        (c.hours is not null)::integer as samples,
        null as message
    from counting as c
),

judged as (
    select
        f.tenant_id,
        f.collection,
        f.reranker,
        f.check_name,
        f.value::double precision as value,
        r.warn_at::double precision as warn_at,
        r.alert_at::double precision as alert_at,
        r.fewest,
        r.counted,
        coalesce(f.samples, 0)::bigint as samples,
        coalesce(f.message, r.advice) as advice,
        case
            when f.value is null or coalesce(f.samples, 0) < r.fewest then 'unknown'
            when r.alert_at < r.warn_at and f.value < r.alert_at then 'alert'
            when r.alert_at < r.warn_at and f.value < r.warn_at then 'warn'
            when r.alert_at < r.warn_at then 'ok'
            when f.value >= r.alert_at then 'alert'
            when f.value >= r.warn_at then 'warn'
            else 'ok'
        end as state
    from finding as f
    inner join rule as r on f.check_name = r.check_name
)

select
    t.name as tenant,
    j.collection,
    j.check_name,
    j.state,
    j.value,
    j.warn_at,
    j.alert_at,
    j.samples,
    j.reranker,
    case
        when j.state = 'unknown' and j.check_name = 'counted'
            then
                'Nothing is counted yet, so the other checks have nothing to go by. '
                '`pgrerank worker` counts every hour, `pgrerank drift` counts now.'
        when j.state = 'unknown'
            then format('Too little to tell: it needs %s %s.', j.fewest, j.counted)
        when j.state = 'ok' and j.check_name <> 'reference' then 'Nothing to do.'
        else j.advice
    end as advice
from judged as j
inner join pgrerank.tenant as t on j.tenant_id = t.id;

grant select on pgrerank_analytics.health to pgrerank_analyst;

comment on view pgrerank_analytics.health is
'One row for each check of each collection that was searched in the last seven days, and of each '
'reference set: what was found, where it warns, and what to do.';
comment on column pgrerank_analytics.health.tenant is 'Name of the tenant.';
comment on column pgrerank_analytics.health.collection is
'Name of the collection; null: the checks reference and counted.';
comment on column pgrerank_analytics.health.check_name is
'score_psi, score_ks, truncated, agreement, not_reranked, lift, lift_proxy, calibration, '
'reference or counted.';
comment on column pgrerank_analytics.health.state is
'ok, warn, alert, or unknown where there is too little to tell.';
comment on column pgrerank_analytics.health.value is
'What was found, in the unit of the check; null: nothing.';
comment on column pgrerank_analytics.health.warn_at is
'From this value on the state is warn; below it where alert_at is smaller.';
comment on column pgrerank_analytics.health.alert_at is
'From this value on the state is alert; below it where it is smaller than warn_at.';
comment on column pgrerank_analytics.health.samples is
'Searches, pairs, queries or runs that the value rests on.';
comment on column pgrerank_analytics.health.reranker is
'Name of the reranker used last in the collection; null: none, or no collection.';
comment on column pgrerank_analytics.health.advice is 'What to do, in a sentence.';
