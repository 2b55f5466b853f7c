-- Runtime statements of storage/documents.py.

-- hashes --
-- Hashes of documents whose chunks all have a vector of the collection's embedder.
select
    d.external_id,
    d.content_hash,
    d.text_hash
from pgrerank.document as d
inner join pgrerank.collection as c
    on
        d.tenant_id = c.tenant_id
        and d.collection_id = c.id
where
    d.tenant_id = %(tenant_id)s
    and d.collection_id = %(collection_id)s
    and d.external_id = any(%(external_ids)s::text[])
    and not exists (
        select 1
        from pgrerank.chunk as k
        left join pgrerank.chunk_embedding as e
            on
                k.tenant_id = e.tenant_id
                and k.collection_id = e.collection_id
                and c.embedder_id = e.model_id
                and k.id = e.chunk_id
        where
            k.tenant_id = d.tenant_id
            and k.document_id = d.id
            and e.chunk_id is null
    );

-- get --
-- A document with its chunks, in one snapshot.
select
    d.id,
    d.external_id,
    d.title,
    d.uri,
    d.metadata,
    d.created_at,
    d.updated_at,
    array_remove(array_agg(k.ordinal order by k.ordinal), null) as ordinals,
    array_remove(array_agg(k.content order by k.ordinal), null) as contents,
    array_remove(array_agg(k.token_count order by k.ordinal), null) as token_counts
from pgrerank.document as d
left join pgrerank.chunk as k
    on
        d.tenant_id = k.tenant_id
        and d.id = k.document_id
where
    d.tenant_id = %(tenant_id)s
    and d.collection_id = %(collection_id)s
    and d.external_id = %(external_id)s
group by d.tenant_id, d.id;

-- page --
-- Documents ordered by external id, those after `after` if given.
select
    d.id,
    d.external_id,
    d.title,
    d.uri,
    d.metadata,
    d.created_at,
    d.updated_at,
    (
        select count(*)
        from pgrerank.chunk as k
        where
            k.tenant_id = d.tenant_id
            and k.document_id = d.id
    ) as chunk_count
from pgrerank.document as d
where
    d.tenant_id = %(tenant_id)s
    and d.collection_id = %(collection_id)s
    and (%(after)s::text is null or d.external_id > %(after)s::text)
order by d.external_id
limit %(row_count)s;

-- count_matching --
-- How many documents have one of the ids, if any are given, and pass the filter, if one is given.
select count(*)
from pgrerank.document as d
where
    d.tenant_id = %(tenant_id)s
    and d.collection_id = %(collection_id)s
    and (%(external_ids)s::text[] is null or d.external_id = any(%(external_ids)s::text[]))
    and (%(filter)s::jsonpath is null or d.metadata @@ %(filter)s::jsonpath);

-- matching --
-- External ids of the first of these documents.
select d.external_id
from pgrerank.document as d
where
    d.tenant_id = %(tenant_id)s
    and d.collection_id = %(collection_id)s
    and (%(external_ids)s::text[] is null or d.external_id = any(%(external_ids)s::text[]))
    and (%(filter)s::jsonpath is null or d.metadata @@ %(filter)s::jsonpath)
order by d.external_id
limit %(row_count)s;

-- hold --
-- Lock a document. Returns what an update of its metadata starts from.
select
    d.uri,
    d.metadata,
    d.text_hash
from pgrerank.document as d
where
    d.tenant_id = %(tenant_id)s
    and d.collection_id = %(collection_id)s
    and d.external_id = %(external_id)s
for no key update;

-- update --
-- Replace what no chunk depends on.
update pgrerank.document as d
set
    uri = %(uri)s,
    metadata = %(metadata)s,
    content_hash = %(content_hash)s,
    updated_at = now()
where
    d.tenant_id = %(tenant_id)s
    and d.collection_id = %(collection_id)s
    and d.external_id = %(external_id)s;
