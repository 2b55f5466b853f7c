-- Runtime statements of storage/evaluations.py.

-- save_run --
-- Insert a run, without its queries.
insert into pgrerank.eval_run (
    tenant_id,
    id,
    collection_id,
    created_at,
    label,
    judgments,
    strategy,
    knobs,
    embedder_id,
    reranker_id,
    queries,
    p50_ms,
    p95_ms
)
values (
    %(tenant_id)s,
    %(id)s,
    %(collection_id)s,
    %(created_at)s,
    %(label)s,
    %(judgments)s,
    %(strategy)s,
    %(knobs)s,
    %(embedder_id)s,
    %(reranker_id)s,
    %(queries)s,
    %(p50_ms)s,
    %(p95_ms)s
);

-- save_query --
-- Insert a query of a run.
insert into pgrerank.eval_query (
    tenant_id,
    eval_run_id,
    query_hash,
    query,
    status,
    total_ms,
    external_ids,
    grades,
    first_stage_grades,
    judged_grades
)
values (
    %(tenant_id)s,
    %(eval_run_id)s,
    %(query_hash)s,
    %(query)s,
    %(status)s,
    %(total_ms)s,
    %(external_ids)s,
    %(grades)s,
    %(first_stage_grades)s,
    %(judged_grades)s
);

-- save_metrics --
-- Insert the measures of a query of a run, from parallel arrays.
insert into pgrerank.eval_metric (tenant_id, eval_run_id, query_hash, measure, value)
select
    %(tenant_id)s,
    %(eval_run_id)s,
    %(query_hash)s,
    u.measure,
    u.value
from
    unnest(%(measures)s::text[], %(values)s::double precision[])
        as u (measure, value);

-- page --
-- Runs before `before_id`, if given, newest first, of one collection or all; or the run of an id,
-- or the newest of a label. With the means of their measures and the number of queries of each
-- rerank status.
select
    r.id,
    r.created_at,
    c.name as collection,
    r.label,
    r.judgments,
    r.strategy,
    r.knobs,
    e.name as embedder,
    m.name as reranker,
    m.fingerprint as reranker_fingerprint,
    r.queries,
    r.p50_ms,
    r.p95_ms,
    (
        select jsonb_object_agg(a.measure, a.mean)
        from (
            select
                v.measure,
                avg(v.value) as mean
            from pgrerank.eval_metric as v
            where
                v.tenant_id = r.tenant_id
                and v.eval_run_id = r.id
            group by v.measure
        ) as a
    ) as metrics,
    (
        select jsonb_object_agg(s.status, s.queries)
        from (
            select
                q.status,
                count(*) as queries
            from pgrerank.eval_query as q
            where
                q.tenant_id = r.tenant_id
                and q.eval_run_id = r.id
            group by q.status
        ) as s
    ) as statuses
from pgrerank.eval_run as r
inner join pgrerank.collection as c
    on
        r.tenant_id = c.tenant_id
        and r.collection_id = c.id
left join pgrerank.model as e on r.embedder_id = e.id
left join pgrerank.model as m on r.reranker_id = m.id
where
    r.tenant_id = %(tenant_id)s
    and (%(collection)s::text is null or c.name = %(collection)s::text)
    and (%(id)s::uuid is null or r.id = %(id)s::uuid)
    and (%(label)s::text is null or r.label = %(label)s::text)
    and (%(before_id)s::uuid is null or r.id < %(before_id)s::uuid)
order by r.id desc
limit %(row_count)s;

-- queries --
-- The queries of a run with their measures.
select
    q.query,
    q.status,
    q.total_ms,
    q.external_ids,
    q.grades,
    q.first_stage_grades,
    q.judged_grades,
    (
        select jsonb_object_agg(v.measure, v.value)
        from pgrerank.eval_metric as v
        where
            v.tenant_id = q.tenant_id
            and v.eval_run_id = q.eval_run_id
            and v.query_hash = q.query_hash
    ) as metrics
from pgrerank.eval_query as q
where
    q.tenant_id = %(tenant_id)s
    and q.eval_run_id = %(id)s
order by q.query, q.query_hash;
