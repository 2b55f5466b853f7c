-- Runtime statements of storage/tokens.py.

-- switch --
-- Says whether new chunks of a collection get token vectors; no row if it is gone.
update pgrerank.collection as c
set stores_tokens = %(stores_tokens)s
where
    c.tenant_id = %(tenant_id)s
    and c.id = %(collection_id)s
returning c.id;

-- missing --
-- Chunks of a collection without token vectors of the model, by id, those after `after`.
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
    and k.collection_id = %(collection_id)s
    and (%(after)s::uuid is null or k.id > %(after)s::uuid)
    and not exists (
        select 1
        from pgrerank.chunk_tokens as t
        where
            t.tenant_id = k.tenant_id
            and t.chunk_id = k.id
            and t.model_id = %(model_id)s
    )
order by k.id
limit %(row_count)s;

-- add --
-- Token vectors of chunks that are still there. A chunk's content never changes under its id.
insert into pgrerank.chunk_tokens (
    tenant_id,
    chunk_id,
    model_id,
    vectors
)
select
    k.tenant_id,
    k.id as chunk_id,
    %(model_id)s,
    u.vectors
from unnest(%(chunk_ids)s::uuid[], %(vectors)s::bytea[]) as u (chunk_id, vectors)
inner join pgrerank.chunk as k on u.chunk_id = k.id
where k.tenant_id = %(tenant_id)s
order by k.id
for key share of k
on conflict (tenant_id, chunk_id, model_id) do nothing;

-- forget --
-- Removes a collection's token vectors, all but those of the model `kept` where given.
delete from pgrerank.chunk_tokens as t
using pgrerank.chunk as k
where
    k.tenant_id = %(tenant_id)s
    and k.collection_id = %(collection_id)s
    and t.tenant_id = k.tenant_id
    and t.chunk_id = k.id
    and (%(kept)s::uuid is null or t.model_id <> %(kept)s::uuid);

-- size --
-- Chunks of a tenant that have token vectors, and their bytes: on average and at most.
select
    count(*) as chunks,
    coalesce(avg(octet_length(t.vectors)), 0) as mean_bytes,
    coalesce(max(octet_length(t.vectors)), 0) as most_bytes
from pgrerank.chunk_tokens as t
where t.tenant_id = %(tenant_id)s;
