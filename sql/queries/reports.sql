-- Runtime statements of storage/reports.py.

-- searches --
-- The newest searches of an interval, with the ranks and scores of their candidates.
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

-- judged_documents --
-- The judged documents of the newest searches of an interval, each represented by its highest
-- chunk, since a document's grade is one observation; grades are those of judgment_grades_v1,
-- without feedback.
with searched as materialized (
    select
        l.id,
        l.collection_id,
        l.reranker_id,
        l.query,
        l.status,
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
        g.collection_id,
        g.query,
        g.external_id,
        max(g.grade) as grade
    from pgrerank.judgment_grades_v1() as g
    where
        g.tenant_id = %(tenant_id)s
        and g.query in (select s.query from searched as s)
    group by g.collection_id, g.query, g.external_id
)

select
    s.id as ranking_id,
    s.collection_id,
    s.query,
    d.external_id,
    m.fingerprint,
    g.grade,
    s.status in ('full', 'partial') as is_reranked,
    min(u.fused_rank) as fused_rank,
    min(u.final_rank) as final_rank,
    (array_agg(u.rerank_score order by u.final_rank))[1] as rerank_score,
    (array_agg(u.relevance order by u.final_rank))[1] as relevance
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
left join pgrerank.model as m on s.reranker_id = m.id
group by s.id, s.collection_id, s.query, s.status, d.external_id, m.fingerprint, g.grade
order by s.id, min(u.final_rank);
