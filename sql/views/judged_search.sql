-- judged_search: one row for each search whose query is judged, with the grades of its results, for
-- the functions that measure rankings.
-- Rows: those of tenants granted to the current login, including the latest search. Each document
-- is once in each order, at the rank of its first chunk, with the best grade of itself and its
-- chunks. Grades are those of judgment_grade, without user feedback. Chunks that were deleted or
-- replaced since are left out. Reads the log: restrict created_at to an interval.
create view pgrerank_analytics.judged_search
with (security_invoker = true)
as
with graded as (
    select
        g.tenant_id,
        g.collection_id,
        g.query,
        g.external_id,
        max(g.grade)::integer as grade
    from pgrerank.judgment_grades_v1() as g
    group by g.tenant_id, g.collection_id, g.query, g.external_id
),

judged as (
    select
        g.tenant_id,
        g.collection_id,
        g.query,
        array_agg(g.grade order by g.grade desc) as grades
    from graded as g
    group by g.tenant_id, g.collection_id, g.query
),

placed as (
    select
        l.tenant_id,
        l.created_at,
        l.id,
        l.collection_id,
        l.collection_name,
        l.query,
        l.strategy,
        l.status,
        l.depth,
        l.reranker_id,
        j.grades,
        d.external_id,
        min(u.fused_rank) as fused_rank,
        min(u.final_rank) as final_rank
    from judged as j
    inner join pgrerank.rerank_log as l
        on
            j.tenant_id = l.tenant_id
            and j.collection_id = l.collection_id
            and j.query = l.query
    left join
        unnest(l.chunk_ids, l.fused_ranks, l.final_ranks) as u (chunk_id, fused_rank, final_rank)
        on true
    left join pgrerank.chunk as c
        on
            l.tenant_id = c.tenant_id
            and u.chunk_id = c.id
    left join pgrerank.document as d
        on
            c.tenant_id = d.tenant_id
            and c.document_id = d.id
    where l.source = 'search'
    group by
        l.tenant_id,
        l.created_at,
        l.id,
        l.collection_id,
        l.collection_name,
        l.query,
        l.strategy,
        l.status,
        l.depth,
        l.reranker_id,
        j.grades,
        d.external_id
),

ordered as (
    select
        p.tenant_id,
        p.created_at,
        p.id,
        p.collection_name,
        p.query,
        p.strategy,
        p.status,
        p.depth,
        p.reranker_id,
        p.grades,
        coalesce(
            array_agg(g.grade order by p.fused_rank) filter (where p.external_id is not null), '{}'
        ) as fused_grades,
        coalesce(
            array_agg(g.grade order by p.final_rank) filter (where p.external_id is not null), '{}'
        ) as final_grades
    from placed as p
    left join graded as g
        on
            p.tenant_id = g.tenant_id
            and p.collection_id = g.collection_id
            and p.query = g.query
            and p.external_id = g.external_id
    group by
        p.tenant_id,
        p.created_at,
        p.id,
        p.collection_name,
        p.query,
        p.strategy,
        p.status,
        p.depth,
        p.reranker_id,
        p.grades
)

select
    t.name as tenant,
    o.id as ranking_id,
    o.created_at,
    o.collection_name as collection,
    o.query,
    o.strategy,
    o.status,
    m.name as reranker,
    m.fingerprint as reranker_fingerprint,
    o.fused_grades,
    o.final_grades,
    o.grades as judged_grades,
    o.depth > 0 as is_reranked
from ordered as o
inner join pgrerank.tenant as t on o.tenant_id = t.id
left join pgrerank.model as m on o.reranker_id = m.id;

grant select on pgrerank_analytics.judged_search to pgrerank_analyst;

comment on view pgrerank_analytics.judged_search is
'One row for each search whose query was judged, with the grades of what it found, for the '
'functions that measure an order. A document stands once in each order, with the best grade of '
'itself and its chunks. Reads the log: name an interval of created_at.';
comment on column pgrerank_analytics.judged_search.tenant is 'Name of the tenant.';
comment on column pgrerank_analytics.judged_search.ranking_id is
'Id of the search or ranking, as the answer carried it.';
comment on column pgrerank_analytics.judged_search.created_at is 'When the search was made.';
comment on column pgrerank_analytics.judged_search.collection is
'Name of the collection as it was then.';
comment on column pgrerank_analytics.judged_search.query is 'Text of the query.';
comment on column pgrerank_analytics.judged_search.strategy is
'Which legs found candidates: dense, keyword, hybrid or tiered.';
comment on column pgrerank_analytics.judged_search.status is
'What became of the rerank stage: full, partial, skipped or failed, as in rerank_log.';
comment on column pgrerank_analytics.judged_search.reranker is
'Name of the reranker; null: none ran.';
comment on column pgrerank_analytics.judged_search.reranker_fingerprint is
'Fingerprint of that model: models of one fingerprint give the same scores, scores of different '
'ones must not be compared.';
comment on column pgrerank_analytics.judged_search.fused_grades is
'Grades of the documents in the order of fusion, the first place first; null inside: nobody '
'judged it.';
comment on column pgrerank_analytics.judged_search.final_grades is
'Grades of the documents in the order of the answer, the first place first; null inside: nobody '
'judged it.';
comment on column pgrerank_analytics.judged_search.judged_grades is
'Grades of all judged documents of the query, found or not, the highest first.';
comment on column pgrerank_analytics.judged_search.is_reranked is
'Whether anything got a rerank score. Figures of reranking count these searches alone.';
