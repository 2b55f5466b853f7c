-- Runtime statements of storage/related.py.

-- settings --
-- What the lists of a collection are made by, and the name and fingerprint of the model.
select
    e.method,
    e.depth,
    e.revision,
    e.checked_at,
    m.name as model,
    m.fingerprint
from pgrerank.enrichment as e
inner join pgrerank.model as m on e.reranker_id = m.id
where
    e.tenant_id = %(tenant_id)s
    and e.collection_id = %(collection_id)s;

-- revision --
-- The revision of a collection's lists, kept until the transaction ends.
select e.revision
from pgrerank.enrichment as e
where
    e.tenant_id = %(tenant_id)s
    and e.collection_id = %(collection_id)s
for share of e;

-- members --
-- The documents that have a list, ordered by number.
select
    l.number,
    l.text_revision,
    l.is_announced,
    l.lowest_similarity,
    l.due_revision > l.list_revision as is_due
from pgrerank.related_list as l
where
    l.tenant_id = %(tenant_id)s
    and l.collection_id = %(collection_id)s
order by l.number;

-- chunks --
-- How many vectors of the collection's embedder its documents have.
select count(*) as chunks
from pgrerank.chunk_embedding as v
inner join pgrerank.collection as c
    on
        v.tenant_id = c.tenant_id
        and v.collection_id = c.id
        and v.model_id = c.embedder_id
where
    v.tenant_id = %(tenant_id)s
    and v.collection_id = %(collection_id)s;

-- vectors --
-- The vectors of the documents that have a list, ordered by their number and place in the text.
select
    l.number,
    v.chunk_id,
    coalesce(v.embedding, v.half::public.vector) as embedding
from pgrerank.chunk_embedding as v
inner join pgrerank.collection as c
    on
        v.tenant_id = c.tenant_id
        and v.collection_id = c.id
        and v.model_id = c.embedder_id
inner join pgrerank.related_list as l
    on
        v.tenant_id = l.tenant_id
        and v.document_id = l.document_id
where
    v.tenant_id = %(tenant_id)s
    and v.collection_id = %(collection_id)s
order by l.number, v.chunk_id;

-- announce_due --
-- Mark lists as due that documents with new text may enter.
update pgrerank.related_list as l
set due_revision = %(revision)s
where
    l.tenant_id = %(tenant_id)s
    and l.collection_id = %(collection_id)s
    and l.number = any(%(due)s::integer[])
    and l.due_revision < %(revision)s;

-- announced --
-- Store that these lists are marked, for texts that did not change since.
update pgrerank.related_list as l
set is_announced = true
where
    l.tenant_id = %(tenant_id)s
    and l.collection_id = %(collection_id)s
    and l.number = any(%(numbers)s::integer[])
    and l.text_revision <= %(revision)s;

-- claim --
-- Take due lists that no other process computes, for some seconds.
with taken as materialized (
    select l.document_id
    from pgrerank.related_list as l
    where
        l.tenant_id = %(tenant_id)s
        and l.collection_id = %(collection_id)s
        and l.due_revision > l.list_revision
        and (l.leased_until is null or l.leased_until < now())
    order by l.number
    limit %(row_count)s
    for update of l skip locked
)

update pgrerank.related_list as l
set leased_until = now() + make_interval(secs => %(lease_s)s)
from taken as t
where
    l.tenant_id = %(tenant_id)s
    and l.document_id = t.document_id
returning
    l.number,
    l.text_revision,
    l.list_revision,
    l.numbers,
    l.scores;

-- release --
-- Give lists back that were taken and not computed.
update pgrerank.related_list as l
set leased_until = null
where
    l.tenant_id = %(tenant_id)s
    and l.collection_id = %(collection_id)s
    and l.number = any(%(numbers)s::integer[]);

-- tokens --
-- Token vectors of chunks by a model.
select
    t.chunk_id,
    t.vectors
from pgrerank.chunk_tokens as t
where
    t.tenant_id = %(tenant_id)s
    and t.chunk_id = any(%(chunk_ids)s::uuid[])
    and t.model_id = %(model_id)s;

-- passages --
-- Texts of chunks, with the title of their document.
select
    k.id as chunk_id,
    d.title,
    k.content
from pgrerank.chunk as k
inner join pgrerank.document as d
    on
        k.tenant_id = d.tenant_id
        and k.document_id = d.id
where
    k.tenant_id = %(tenant_id)s
    and k.id = any(%(chunk_ids)s::uuid[]);

-- store --
-- Store lists that reflect a revision. Those of documents that a later revision may have changed
-- stay due. `firsts` and `lasts` say which part of the numbers and scores is each list.
update pgrerank.related_list as l
set
    numbers = (%(related)s::integer[])[s.first:s.last],
    scores = (%(scores)s::real[])[s.first:s.last],
    lowest_similarity = s.lowest_similarity,
    list_revision = %(revision)s,
    due_revision = case
        when %(current_revision)s > %(revision)s then %(current_revision)s else l.due_revision
    end,
    leased_until = null,
    renewed_at = now()
from
    unnest(
        %(numbers)s::integer[],
        %(firsts)s::integer[],
        %(lasts)s::integer[],
        %(lowest)s::real[]
    ) as s (number, first, last, lowest_similarity)
where
    l.tenant_id = %(tenant_id)s
    and l.collection_id = %(collection_id)s
    and l.number = s.number
    and l.list_revision <= %(revision)s;

-- status --
-- State of a collection's lists, with their bytes.
with counted as (
    select
        count(*) as documents,
        count(*) filter (where k.number is null or k.text_hash <> d.text_hash) as unseen
    from pgrerank.document as d
    left join pgrerank.related_list as k
        on
            d.tenant_id = k.tenant_id
            and d.id = k.document_id
    where
        d.tenant_id = %(tenant_id)s
        and d.collection_id = %(collection_id)s
),

listed as (
    select
        count(*) filter (where l.list_revision > 0) as stored,
        count(*) filter (where l.due_revision > l.list_revision) as due,
        count(*) filter (where l.leased_until > now()) as leased,
        coalesce(sum(pg_column_size(l.numbers) + pg_column_size(l.scores)), 0) as bytes,
        min(l.renewed_at) as oldest
    from pgrerank.related_list as l
    where
        l.tenant_id = %(tenant_id)s
        and l.collection_id = %(collection_id)s
)

select
    e.method,
    e.depth,
    m.name as model,
    e.checked_at,
    c.documents,
    c.unseen,
    s.stored,
    s.due,
    s.leased,
    s.bytes,
    s.oldest
from pgrerank.enrichment as e
inner join pgrerank.model as m on e.reranker_id = m.id
cross join counted as c
cross join listed as s
where
    e.tenant_id = %(tenant_id)s
    and e.collection_id = %(collection_id)s;

-- due --
-- How many lists are due, how many documents are not announced, and how many there are.
select
    count(*) filter (where l.due_revision > l.list_revision) as lists,
    count(*) filter (where not l.is_announced) as unannounced,
    count(*) as documents
from pgrerank.related_list as l
where
    l.tenant_id = %(tenant_id)s
    and l.collection_id = %(collection_id)s;

-- page --
-- A part of a document's list, each related document as a row; one row without any if there is
-- none, and no row if there is no such document.
select
    d.external_id as document,
    e.checked_at,
    m.name as model,
    e.depth,
    l.renewed_at,
    r.place,
    r.external_id,
    r.title,
    r.uri,
    r.metadata,
    r.score,
    l.due_revision > l.list_revision or l.text_hash <> d.text_hash as is_due,
    cardinality(l.numbers) as listed
from pgrerank.document as d
left join pgrerank.enrichment as e
    on
        d.tenant_id = e.tenant_id
        and d.collection_id = e.collection_id
left join pgrerank.model as m on e.reranker_id = m.id
left join pgrerank.related_list as l
    on
        d.tenant_id = l.tenant_id
        and d.id = l.document_id
        and l.list_revision > 0
left join lateral (
    select
        u.place,
        o.external_id,
        o.title,
        o.uri,
        o.metadata,
        u.score
    from
        unnest(
            l.numbers[%(after)s + 1:%(after)s + %(row_count)s],
            l.scores[%(after)s + 1:%(after)s + %(row_count)s]
        ) with ordinality as u (number, score, place)
    inner join pgrerank.related_list as n
        on
            l.tenant_id = n.tenant_id
            and l.collection_id = n.collection_id
            and u.number = n.number
    inner join pgrerank.document as o
        on
            n.tenant_id = o.tenant_id
            and n.document_id = o.id
) as r on true
where
    d.tenant_id = %(tenant_id)s
    and d.collection_id = %(collection_id)s
    and d.external_id = %(external_id)s
order by r.place;

-- forget --
-- Delete all lists of a collection.
delete from pgrerank.enrichment as e
where
    e.tenant_id = %(tenant_id)s
    and e.collection_id = %(collection_id)s;

-- stale --
-- Collections whose lists are kept and not up to date, of all tenants; run as the owner.
select
    t.id as tenant_id,
    c.name
from pgrerank.enrichment as e
inner join pgrerank.tenant as t on e.tenant_id = t.id
inner join pgrerank.collection as c
    on
        e.tenant_id = c.tenant_id
        and e.collection_id = c.id
where
    e.embedder_id <> c.embedder_id
    or e.members <> (
        select count(*)
        from pgrerank.related_list as l
        where
            l.tenant_id = e.tenant_id
            and l.collection_id = e.collection_id
    )
    or exists (
        select 1
        from pgrerank.related_list as l
        where
            l.tenant_id = e.tenant_id
            and l.collection_id = e.collection_id
            and (l.due_revision > l.list_revision or not l.is_announced)
    )
    or exists (
        select 1
        from pgrerank.document as d
        left join pgrerank.related_list as l
            on
                d.tenant_id = l.tenant_id
                and d.id = l.document_id
        where
            d.tenant_id = e.tenant_id
            and d.collection_id = e.collection_id
            and (l.number is null or l.text_hash <> d.text_hash)
    )
order by t.id, c.name;
