-- Runtime statements of storage/judgments.py.

-- add --
-- Insert judgments from parallel arrays; one row each: whether it is new. One that is stored
-- already with the same grade, source and judge stays; that of a named judge becomes the newest.
insert into pgrerank.judgment (
    tenant_id,
    id,
    collection_id,
    query,
    query_hash,
    external_id,
    chunk_id,
    grade,
    source,
    judged_by
)
select
    %(tenant_id)s,
    u.id,
    %(collection_id)s,
    u.query,
    u.query_hash,
    u.external_id,
    u.chunk_id,
    u.grade,
    u.source,
    u.judged_by
from
    unnest(
        %(ids)s::uuid[],
        %(queries)s::text[],
        %(query_hashes)s::bytea[],
        %(external_ids)s::text[],
        %(chunk_ids)s::uuid[],
        %(grades)s::smallint[],
        %(sources)s::text[],
        %(judges)s::text[]
    )
        as u (id, query, query_hash, external_id, chunk_id, grade, source, judged_by)
on conflict (
    tenant_id,
    collection_id,
    query_hash,
    hashtextextended(external_id, 0),
    chunk_id,
    grade,
    hashtextextended(source, 0),
    hashtextextended(judged_by, 0)
) do update
    set
        id = excluded.id,
        created_at = excluded.created_at
    where judgment.judged_by is not null
returning judgment.xmax = 0 as is_new;

-- remove --
-- Delete the judgments of this query, document, chunk, grade, source and judge.
delete from pgrerank.judgment as j
where
    j.tenant_id = %(tenant_id)s
    and j.collection_id = %(collection_id)s
    and j.query_hash = %(query_hash)s
    and j.external_id = %(external_id)s
    and j.chunk_id is not distinct from %(chunk_id)s::uuid
    and j.grade = %(grade)s
    and j.source = %(source)s
    and j.judged_by is not distinct from %(judged_by)s;

-- unknown --
-- The external ids that are not in the collection.
select u.external_id
from unnest(%(external_ids)s::text[]) as u (external_id)
where
    not exists (
        select 1
        from pgrerank.document as d
        where
            d.tenant_id = %(tenant_id)s
            and d.collection_id = %(collection_id)s
            and d.external_id = u.external_id
    )
order by u.external_id;

-- grades --
-- The grade of each judged document by query: the best of its own and its chunks'.
select
    g.query,
    g.external_id,
    max(g.grade) as grade
from pgrerank.judgment_grades_v1() as g
where
    g.tenant_id = %(tenant_id)s
    and g.collection_id = %(collection_id)s
group by g.query, g.external_id
order by g.query, g.external_id;

-- labels --
-- The grade of each judged document and chunk by query.
select
    g.query,
    g.external_id,
    g.chunk_id,
    g.grade
from pgrerank.judgment_grades_v1() as g
where
    g.tenant_id = %(tenant_id)s
    and g.collection_id = %(collection_id)s
order by g.query, g.external_id, g.chunk_id;

-- grades_of_model --
-- The grade that a language model gave to each document by query: the best of its newest grades of
-- the document and its chunks.
select
    n.query,
    n.external_id,
    max(n.grade) as grade
from (
    select distinct on (g.query_hash, g.external_id, g.chunk_id)
        g.query,
        g.external_id,
        g.grade
    from pgrerank.judgment as g
    where
        g.tenant_id = %(tenant_id)s
        and g.collection_id = %(collection_id)s
        and g.source = 'llm'
        and g.judged_by = %(judged_by)s
    order by g.query_hash asc, g.external_id asc, g.chunk_id asc, g.id desc
) as n
group by n.query, n.external_id
order by n.query, n.external_id;

-- of_judge --
-- Documents and chunks that a judge has graded, by query.
select
    g.query,
    g.external_id,
    g.chunk_id
from pgrerank.judgment as g
where
    g.tenant_id = %(tenant_id)s
    and g.collection_id = %(collection_id)s
    and g.source = %(source)s
    and g.judged_by = %(judged_by)s;

-- logged_queries --
-- Queries of logged searches, newest first.
select l.query
from pgrerank.rerank_log as l
where
    l.tenant_id = %(tenant_id)s
    and l.collection_id = %(collection_id)s
group by l.query
order by max(l.created_at) desc, l.query asc
limit %(row_count)s;

-- document_of --
-- External id of a chunk's document.
select d.external_id
from pgrerank.chunk as c
inner join pgrerank.document as d
    on
        c.tenant_id = d.tenant_id
        and c.document_id = d.id
where
    c.tenant_id = %(tenant_id)s
    and c.id = %(chunk_id)s;

-- logged_scores --
-- Logged scores of judged queries, by one reranker in searches with the same candidate pool: those
-- of each query's newest search that was reranked to its full depth. Null names: deleted since.
with judged as (
    select distinct g.query
    from pgrerank.judgment_grades_v1() as g
    where
        g.tenant_id = %(tenant_id)s
        and g.collection_id = %(collection_id)s
),

newest as (
    select distinct on (l.query) l.*
    from pgrerank.rerank_log as l
    inner join judged as j on l.query = j.query
    inner join pgrerank.model as m on l.reranker_id = m.id
    where
        l.tenant_id = %(tenant_id)s
        and l.collection_id = %(collection_id)s
        and l.status = 'full'
        and l.strategy = %(strategy)s
        and (l.knobs ->> 'candidates')::integer = %(candidates)s
        and (l.knobs ->> 'depth')::integer = %(depth)s
        and m.fingerprint = %(fingerprint)s
    order by l.query asc, l.created_at desc, l.id desc
)

select
    n.query,
    n.chunk_ids,
    n.final_ranks,
    n.rerank_scores,
    n.relevances,
    n.cascade_scores,
    n.boosts,
    n.truncated,
    n.base_parts,
    n.reranker_parts,
    n.similarity_parts,
    n.words_parts,
    n.agreement_parts,
    array(
        select d.external_id
        from unnest(n.chunk_ids) with ordinality as u (chunk_id, place)
        left join pgrerank.chunk as c
            on
                c.tenant_id = %(tenant_id)s
                and u.chunk_id = c.id
        left join pgrerank.document as d
            on
                c.tenant_id = d.tenant_id
                and c.document_id = d.id
        order by u.place
    ) as external_ids
from newest as n
order by n.query;

-- judged_passages --
-- The lowest and highest grade of each judged document by query, with the text of one chunk: the
-- judged one, else the one that searches for this query ranked highest, else the first. Grades of
-- language models are left out.
with judged as (
    select
        g.query,
        g.external_id,
        g.chunk_id,
        min(g.grade) as lowest,
        max(g.grade) as highest
    from pgrerank.judgment as g
    where
        g.tenant_id = %(tenant_id)s
        and g.collection_id = %(collection_id)s
        and g.source <> 'llm'
    group by g.query, g.external_id, g.chunk_id
),

placed as (
    select
        l.query,
        u.chunk_id,
        min(u.place) as place
    from pgrerank.rerank_log as l
    cross join unnest(l.chunk_ids) with ordinality as u (chunk_id, place)
    where
        l.tenant_id = %(tenant_id)s
        and l.collection_id = %(collection_id)s
        and l.query in (select j.query from judged as j)
    group by l.query, u.chunk_id
),

passages as (
    select distinct on (j.query, j.external_id, j.chunk_id)
        j.query,
        j.external_id,
        d.title,
        c.content,
        j.lowest,
        j.highest
    from judged as j
    inner join pgrerank.document as d
        on
            d.tenant_id = %(tenant_id)s
            and d.collection_id = %(collection_id)s
            and j.external_id = d.external_id
    inner join pgrerank.chunk as c
        on
            d.tenant_id = c.tenant_id
            and d.id = c.document_id
    left join placed as p
        on
            j.query = p.query
            and c.id = p.chunk_id
    order by
        j.query asc,
        j.external_id asc,
        j.chunk_id asc,
        (c.id is not distinct from j.chunk_id) desc,
        p.place asc nulls last,
        c.ordinal asc
)

select
    q.query,
    q.external_id,
    q.title,
    q.content,
    q.lowest,
    q.highest
from passages as q
order by q.query, q.external_id, q.lowest, q.content;

-- seen_passages --
-- The chunks that logged searches for judged queries ranked within `depth`, at their best rank.
with placed as (
    select
        l.query,
        u.chunk_id,
        min(u.place)::integer as place
    from pgrerank.rerank_log as l
    cross join unnest(l.chunk_ids) with ordinality as u (chunk_id, place)
    where
        l.tenant_id = %(tenant_id)s
        and l.collection_id = %(collection_id)s
        and u.place <= %(depth)s
        and l.query in (
            select j.query
            from pgrerank.judgment as j
            where
                j.tenant_id = %(tenant_id)s
                and j.collection_id = %(collection_id)s
        )
    group by l.query, u.chunk_id
)

select
    p.query,
    d.external_id,
    d.title,
    c.content,
    p.place
from placed as p
inner join pgrerank.chunk as c
    on
        c.tenant_id = %(tenant_id)s
        and p.chunk_id = c.id
inner join pgrerank.document as d
    on
        c.tenant_id = d.tenant_id
        and c.document_id = d.id
order by p.query, p.place, c.id;

-- page --
-- Judgments of a collection, newest first, from an id on; a filter that is null selects all.
select
    j.id,
    j.created_at,
    j.query,
    j.external_id,
    j.chunk_id,
    j.grade,
    j.source,
    j.judged_by
from pgrerank.judgment as j
where
    j.tenant_id = %(tenant_id)s
    and j.collection_id = %(collection_id)s
    and (%(before)s::uuid is null or j.id < %(before)s::uuid)
    and (%(query_hash)s::bytea is null or j.query_hash = %(query_hash)s::bytea)
    and (%(external_id)s::text is null or j.external_id = %(external_id)s::text)
    and (%(source)s::text is null or j.source = %(source)s::text)
    and (%(judged_by)s::text is null or j.judged_by = %(judged_by)s::text)
order by j.id desc
limit %(row_count)s;

-- delete --
-- Delete a judgment by its id.
delete from pgrerank.judgment
where
    tenant_id = %(tenant_id)s
    and id = %(id)s;
