-- Runtime statements of storage/tokens.py.

-- missing --
-- Chunks of a collection after `after` that have no token vectors of the model, ordered by id.
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
-- Insert token vectors of chunks that still exist. The content of a chunk id never changes.
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
-- Delete a collection's token vectors, except those of the model `kept`, if given.
delete from pgrerank.chunk_tokens as t
using pgrerank.chunk as k
where
    k.tenant_id = %(tenant_id)s
    and k.collection_id = %(collection_id)s
    and t.tenant_id = k.tenant_id
    and t.chunk_id = k.id
    and (%(kept)s::uuid is null or t.model_id <> %(kept)s::uuid);

-- size --
-- Number of a tenant's chunks with token vectors, and their average and largest size in bytes.
select
    count(*) as chunks,
    coalesce(avg(octet_length(t.vectors)), 0) as mean_bytes,
    coalesce(max(octet_length(t.vectors)), 0) as most_bytes
from pgrerank.chunk_tokens as t
where t.tenant_id = %(tenant_id)s;
