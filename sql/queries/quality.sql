-- Statements of storage/quality.py, run as the owner.

-- forget --
-- Delete all rows, before they are recomputed.
delete from pgrerank.judged_quality;

-- count --
-- For the newest search for each judged query in the last 28 days: nDCG@10 of the fused and of the
-- final order, and the calibration error by judgments made after the calibration. A document is
-- represented by the best of its chunks that are still stored.
with graded as (
    select
        g.tenant_id,
        g.collection_id,
        g.query,
        g.external_id,
        max(g.grade) as grade
    from pgrerank.judgment_grades_v1() as g
    group by g.tenant_id, g.collection_id, g.query, g.external_id
),

ideal as (
    select
        r.tenant_id,
        r.collection_id,
        r.query,
        sum(r.grade / log(2.0, 1 + r.place)) as gain
    from (
        select
            g.tenant_id,
            g.collection_id,
            g.query,
            g.grade,
            row_number() over (
                partition by g.tenant_id, g.collection_id, g.query
                order by g.grade desc
            ) as place
        from graded as g
    ) as r
    where r.place <= 10
    group by r.tenant_id, r.collection_id, r.query
    having sum(r.grade) > 0
),

search as (
    select distinct on (i.tenant_id, i.collection_id, l.reranker_id, i.query)
        i.tenant_id,
        i.collection_id,
        l.reranker_id,
        i.query,
        i.gain as ideal_gain,
        l.id,
        l.chunk_ids,
        l.fused_ranks,
        l.final_ranks,
        l.relevances,
        l.calibration_id
    from ideal as i
    inner join pgrerank.rerank_log as l
        on
            i.tenant_id = l.tenant_id
            and i.collection_id = l.collection_id
            and i.query = l.query
    where
        l.created_at > now() - interval '28 days'
        and l.source = 'search'
        and l.status in ('full', 'partial')
        and l.reranker_id is not null
    order by
        i.tenant_id asc,
        i.collection_id asc,
        l.reranker_id asc,
        i.query asc,
        l.id desc
),

placed as (
    select
        s.tenant_id,
        s.collection_id,
        s.reranker_id,
        s.query,
        s.ideal_gain,
        s.calibration_id,
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
        s.query,
        s.ideal_gain,
        s.calibration_id,
        d.external_id
),

ordered as (
    select
        p.tenant_id,
        p.collection_id,
        p.reranker_id,
        p.query,
        p.ideal_gain,
        p.calibration_id,
        p.external_id,
        p.relevance,
        row_number() over (
            partition by p.tenant_id, p.collection_id, p.reranker_id, p.query
            order by p.fused_rank, p.external_id
        ) as fused_place,
        row_number() over (
            partition by p.tenant_id, p.collection_id, p.reranker_id, p.query
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
            and o.query = g.query
            and o.external_id = g.external_id
    group by o.tenant_id, o.collection_id, o.reranker_id, o.query, o.ideal_gain
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
            order by o.relevance, o.query, o.external_id
        ) as bin
    from ordered as o
    inner join graded as g
        on
            o.tenant_id = g.tenant_id
            and o.collection_id = g.collection_id
            and o.query = g.query
            and o.external_id = g.external_id
    inner join pgrerank.calibration as k
        on
            o.tenant_id = k.tenant_id
            and o.calibration_id = k.id
    -- The curve may have been fitted to earlier judgments.
    where
        o.relevance is not null
        and not exists (
            select 1
            from pgrerank.judgment as j
            where
                j.tenant_id = o.tenant_id
                and j.collection_id = o.collection_id
                and j.query_hash = sha256(convert_to(o.query, 'UTF8'))
                and j.external_id = o.external_id
                and j.created_at <= k.created_at
        )
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
