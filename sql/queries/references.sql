-- Runtime statements of storage/references.py.

-- put --
-- Insert a set; an existing one of the same name gets these pairs instead and keeps its runs.
insert into pgrerank.reference_set (
    tenant_id,
    id,
    name,
    digest,
    queries,
    passages,
    created_at
)
values (
    %(tenant_id)s,
    %(id)s,
    %(name)s,
    %(digest)s,
    %(queries)s::text[],
    %(passages)s::text[],
    %(created_at)s
)
on conflict (tenant_id, name) do update
    set
        digest = excluded.digest,
        queries = excluded.queries,
        passages = excluded.passages,
        created_at = excluded.created_at;

-- by_name --
-- The set of a name, with its pairs.
select
    s.id,
    s.name,
    s.queries,
    s.passages,
    s.created_at
from pgrerank.reference_set as s
where
    s.tenant_id = %(tenant_id)s
    and s.name = %(name)s;

-- all --
-- All sets ordered by name, each with its newest run.
select
    s.name,
    s.created_at,
    r.created_at as scored_at,
    m.name as reranker,
    r.verdict,
    r.message,
    cardinality(s.queries) as pairs
from pgrerank.reference_set as s
left join lateral (
    select
        n.created_at,
        n.model_id,
        n.verdict,
        n.message
    from pgrerank.reference_run as n
    where
        n.tenant_id = s.tenant_id
        and n.reference_set_id = s.id
    order by n.id desc
    limit 1
) as r on true
left join pgrerank.model as m on r.model_id = m.id
where s.tenant_id = %(tenant_id)s
order by s.name;

-- delete --
-- Delete a set with its runs; one row if it existed.
delete from pgrerank.reference_set as s
where
    s.tenant_id = %(tenant_id)s
    and s.name = %(name)s
returning s.id;

-- sample --
-- One pair of each of `pairs` queries of the last 28 days, both chosen by hash.
with search as (
    select distinct on (l.query)
        l.query,
        l.id,
        l.chunk_ids,
        l.rerank_scores
    from pgrerank.rerank_log as l
    where
        l.tenant_id = %(tenant_id)s
        and l.created_at > now() - interval '28 days'
        and l.source = 'search'
        and l.status in ('full', 'partial')
        and l.query ~ '\S'
        and (%(collection)s::text is null or l.collection_name = %(collection)s::text)
    order by l.query asc, l.id desc
),

drawn as (
    select distinct on (s.query)
        s.query,
        d.title,
        c.content
    from search as s
    cross join unnest(s.chunk_ids, s.rerank_scores) as u (chunk_id, rerank_score)
    inner join pgrerank.chunk as c
        on
            c.tenant_id = %(tenant_id)s
            and u.chunk_id = c.id
    inner join pgrerank.document as d
        on
            c.tenant_id = d.tenant_id
            and c.document_id = d.id
    where u.rerank_score is not null
    order by s.query, hashtextextended(s.query || u.chunk_id::text, 0)
)

select
    w.query,
    w.title,
    w.content
from drawn as w
order by hashtextextended(w.query, 1), w.query
limit %(pairs)s;

-- newest --
-- The newest run of a set.
select
    r.id,
    r.created_at,
    r.digest,
    r.environment,
    r.scores,
    r.truncated,
    m.kind,
    m.name,
    m.revision,
    m.fingerprint,
    m.precision,
    m.max_length,
    m.score_kind
from pgrerank.reference_run as r
inner join pgrerank.model as m on r.model_id = m.id
where
    r.tenant_id = %(tenant_id)s
    and r.reference_set_id = %(reference_set_id)s
order by r.id desc
limit 1;

-- hold --
-- Let no other run of a set be stored until the transaction ends.
select s.id
from pgrerank.reference_set as s
where
    s.tenant_id = %(tenant_id)s
    and s.id = %(reference_set_id)s
for no key update of s;

-- add --
-- Insert a run with all its scores, unless the newest run of its held set is not `after_id`.
insert into pgrerank.reference_run (
    tenant_id,
    id,
    reference_set_id,
    digest,
    model_id,
    environment,
    created_at,
    scores,
    truncated,
    verdict,
    compared_with_id,
    beyond_noise,
    truncation_changes,
    largest_change,
    noise,
    kendall_tau,
    message
)
select
    %(tenant_id)s,
    %(id)s,
    %(reference_set_id)s,
    %(digest)s,
    %(model_id)s,
    %(environment)s,
    %(created_at)s,
    %(scores)s::double precision[],
    %(truncated)s::boolean[],
    %(verdict)s,
    %(compared_with_id)s,
    %(beyond_noise)s,
    %(truncation_changes)s,
    %(largest_change)s,
    %(noise)s,
    %(kendall_tau)s,
    %(message)s
where
    (
        select r.id
        from pgrerank.reference_run as r
        where
            r.tenant_id = %(tenant_id)s
            and r.reference_set_id = %(reference_set_id)s
        order by r.id desc
        limit 1
    ) is not distinct from %(after_id)s::uuid;

-- any --
-- Whether any tenant has a set; run as the owner.
select exists(select 1 from pgrerank.reference_set) as found;
