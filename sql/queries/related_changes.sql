-- Runtime statements of storage/related_changes.py.

-- begin --
-- Begin to keep the lists of a collection, unless they are kept.
insert into pgrerank.enrichment (
    tenant_id,
    collection_id,
    embedder_id,
    reranker_id,
    method,
    depth
)
select
    c.tenant_id,
    c.id as collection_id,
    c.embedder_id,
    %(reranker_id)s,
    %(method)s,
    %(depth)s
from pgrerank.collection as c
where
    c.tenant_id = %(tenant_id)s
    and c.id = %(collection_id)s
for key share of c
on conflict (tenant_id, collection_id) do nothing;

-- hold --
-- Lock the settings of a collection's lists. Returns the revision, whether another model or
-- embedder made the lists, whether their depth differs, and how many rows there were.
select
    e.revision,
    e.next_number,
    e.members,
    e.reranker_id <> %(reranker_id)s::uuid
    or e.method <> %(method)s::text
    or e.embedder_id <> c.embedder_id as is_remade,
    e.depth <> %(depth)s as is_resized
from pgrerank.enrichment as e
inner join pgrerank.collection as c
    on
        e.tenant_id = c.tenant_id
        and e.collection_id = c.id
where
    e.tenant_id = %(tenant_id)s
    and e.collection_id = %(collection_id)s
for update of e;

-- count_members --
-- How many rows there are now.
select count(*) as members
from pgrerank.related_list as l
where
    l.tenant_id = %(tenant_id)s
    and l.collection_id = %(collection_id)s;

-- mark_all --
-- Mark all lists as due; with `remade` their scores do not hold any more.
update pgrerank.related_list as l
set
    due_revision = %(next_revision)s,
    text_revision = case when %(remade)s then %(next_revision)s else l.text_revision end
where
    l.tenant_id = %(tenant_id)s
    and l.collection_id = %(collection_id)s;

-- note_changes --
-- Store the new text hash of documents that are new or whose text changed, and mark their lists
-- as due. Returns whether each is new.
with changed as materialized (
    select
        d.id,
        d.text_hash,
        l.number
    from pgrerank.document as d
    left join pgrerank.related_list as l
        on
            d.tenant_id = l.tenant_id
            and d.id = l.document_id
    where
        d.tenant_id = %(tenant_id)s
        and d.collection_id = %(collection_id)s
        and (l.number is null or l.text_hash <> d.text_hash)
    for key share of d
)

insert into pgrerank.related_list as l (
    tenant_id,
    document_id,
    collection_id,
    number,
    text_hash,
    text_revision,
    due_revision
)
select
    %(tenant_id)s,
    c.id as document_id,
    %(collection_id)s,
    coalesce(
        c.number,
        %(next_number)s
        + row_number() over (partition by c.number is null order by c.id)
        - 1
    ) as number,
    c.text_hash,
    %(next_revision)s as text_revision,
    %(next_revision)s as due_revision
from changed as c
on conflict (tenant_id, document_id) do update
    set
        text_hash = excluded.text_hash,
        text_revision = excluded.text_revision,
        due_revision = excluded.due_revision,
        is_announced = false
returning l.list_revision = 0 and l.number >= %(next_number)s as is_new;

-- mark_holders --
-- Mark lists as due that name a document which is gone, or whose text the revision found changed.
update pgrerank.related_list as l
set due_revision = %(next_revision)s
from (
    select distinct h.document_id
    from pgrerank.related_list as h
    cross join lateral unnest(h.numbers) as u (number)
    left join pgrerank.related_list as r
        on
            r.tenant_id = %(tenant_id)s
            and r.collection_id = %(collection_id)s
            and u.number = r.number
    where
        h.tenant_id = %(tenant_id)s
        and h.collection_id = %(collection_id)s
        and (r.number is null or r.text_revision = %(next_revision)s)
) as holder
where
    l.tenant_id = %(tenant_id)s
    and l.document_id = holder.document_id
    and l.due_revision < %(next_revision)s;

-- finish_check --
-- Store that changes were looked for, and what the lists are made by.
update pgrerank.enrichment as e
set
    embedder_id = c.embedder_id,
    reranker_id = %(reranker_id)s,
    method = %(method)s,
    depth = %(depth)s,
    revision = %(revision)s,
    next_number = e.next_number + %(new)s,
    members = %(members)s,
    checked_at = now()
from pgrerank.collection as c
where
    e.tenant_id = %(tenant_id)s
    and e.collection_id = %(collection_id)s
    and e.tenant_id = c.tenant_id
    and e.collection_id = c.id;
