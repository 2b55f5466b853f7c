-- Runtime statements of storage/reports.py.

-- searches --
-- The newest searches of an interval, with the places and scores of their candidates.
select
    l.created_at,
    l.status,
    l.timings_ms,
    r.name as reranker,
    r.fingerprint,
    l.fused_ranks,
    l.final_ranks,
    l.rerank_scores
from pgrerank.rerank_log as l
left join pgrerank.model as r on l.reranker_id = r.id
where
    l.tenant_id = %(tenant_id)s
    and (%(collection)s::text is null or l.collection_name = %(collection)s::text)
    and l.source = 'search'
    and l.created_at >= %(since)s
    and l.created_at < %(until)s
order by l.created_at desc, l.id desc
limit %(most)s;

-- judged --
-- The candidates of the newest searches of an interval that somebody judged, by the lowest grade
-- where judges differ, with what the search said of them.
with searched as materialized (
    select
        l.id,
        l.collection_id,
        l.query,
        l.chunk_ids,
        l.fused_ranks,
        l.final_ranks,
        l.rerank_scores,
        l.relevances
    from pgrerank.rerank_log as l
    where
        l.tenant_id = %(tenant_id)s
        and (%(collection)s::text is null or l.collection_name = %(collection)s::text)
        and l.source = 'search'
        and l.created_at >= %(since)s
        and l.created_at < %(until)s
    order by l.created_at desc, l.id desc
    limit %(most)s
),

grade as materialized (
    select
        j.collection_id,
        j.query,
        j.external_id,
        min(j.grade) as grade
    from pgrerank.judgment as j
    where
        j.tenant_id = %(tenant_id)s
        and j.query in (select s.query from searched as s)
    group by j.collection_id, j.query, j.external_id
)

select
    s.id as ranking_id,
    d.external_id,
    u.fused_rank,
    u.final_rank,
    u.rerank_score,
    u.relevance,
    g.grade
from searched as s
cross join
    lateral unnest(s.chunk_ids, s.fused_ranks, s.final_ranks, s.rerank_scores, s.relevances)
        as u (chunk_id, fused_rank, final_rank, rerank_score, relevance)
inner join pgrerank.chunk as c
    on
        c.tenant_id = %(tenant_id)s
        and u.chunk_id = c.id
inner join pgrerank.document as d
    on
        c.tenant_id = d.tenant_id
        and c.document_id = d.id
inner join grade as g
    on
        s.collection_id = g.collection_id
        and s.query = g.query
        and d.external_id = g.external_id
order by s.id, u.final_rank;
