-- Runtime statements of storage/embeddings.py.

-- begin --
-- Begin a claimed collection's second set of vectors for a model, keeping its existing vectors,
-- unless the set in use is of this model; no row if the second set is of another model.
update pgrerank.collection as c
set
    second_embedder_id = case
        when c.embedder_id = %(model_id)s then c.second_embedder_id
        else %(model_id)s
    end,
    second_state = case
        when c.embedder_id = %(model_id)s then c.second_state
        else coalesce(c.second_state, 'filling')
    end
where
    c.tenant_id = %(tenant_id)s
    and c.id = %(collection_id)s
    and %(model_id)s in (c.embedder_id, coalesce(c.second_embedder_id, %(model_id)s))
returning c.id;

-- missing --
-- Chunks of a collection after `after` that have no vector of the model, ordered by id.
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
        from pgrerank.chunk_embedding as e
        where
            e.tenant_id = k.tenant_id
            and e.collection_id = k.collection_id
            and e.model_id = %(model_id)s
            and e.chunk_id = k.id
    )
order by k.id
limit %(row_count)s;

-- sample --
-- Vectors of some chunks of a collection, those with the lowest hashes of their ids.
select
    e.chunk_id,
    coalesce(e.embedding, e.half::public.vector) as embedding
from pgrerank.chunk_embedding as e
where
    e.tenant_id = %(tenant_id)s
    and e.collection_id = %(collection_id)s
    and e.model_id = %(model_id)s
order by uuid_hash_extended(e.chunk_id, 0) asc, e.chunk_id asc
limit %(row_count)s;

-- missing_count --
-- Number of chunks of a collection without a vector of the model.
select count(*) as missing
from pgrerank.chunk as k
where
    k.tenant_id = %(tenant_id)s
    and k.collection_id = %(collection_id)s
    and not exists (
        select 1
        from pgrerank.chunk_embedding as e
        where
            e.tenant_id = k.tenant_id
            and e.collection_id = k.collection_id
            and e.model_id = %(model_id)s
            and e.chunk_id = k.id
    );

-- add --
-- Insert vectors of chunks that still exist. The content of a chunk id never changes.
insert into pgrerank.chunk_embedding (
    tenant_id,
    collection_id,
    model_id,
    chunk_id,
    embedding,
    half,
    document_id
)
select
    k.tenant_id,
    k.collection_id,
    %(model_id)s,
    k.id as chunk_id,
    case when vector_dims(u.embedding) <= 2000 then u.embedding end as embedding,
    case when vector_dims(u.embedding) > 2000 then u.embedding::public.halfvec end as half,
    k.document_id
from unnest(%(chunk_ids)b::uuid[], %(vectors)b::public.vector[]) as u (chunk_id, embedding)
inner join pgrerank.chunk as k on u.chunk_id = k.id
where k.tenant_id = %(tenant_id)s
order by k.id
for key share of k
on conflict (tenant_id, collection_id, model_id, chunk_id) do nothing;

-- second --
-- Model and state of a claimed collection's second set.
select
    c.second_embedder_id,
    c.second_state
from pgrerank.collection as c
where
    c.tenant_id = %(tenant_id)s
    and c.id = %(collection_id)s;

-- ready --
-- Mark the second set ready if it is being filled.
update pgrerank.collection as c
set second_state = 'ready'
where
    c.tenant_id = %(tenant_id)s
    and c.id = %(collection_id)s
    and c.second_embedder_id = %(model_id)s
    and c.second_state = 'filling';

-- swap --
-- Swap the sets: searches use the second from now on, and the first becomes the second.
update pgrerank.collection as c
set
    embedder_id = c.second_embedder_id,
    second_embedder_id = c.embedder_id,
    second_state = %(state)s
where
    c.tenant_id = %(tenant_id)s
    and c.id = %(collection_id)s;

-- release --
-- Detach the second set. Its vectors remain unused.
update pgrerank.collection as c
set
    second_embedder_id = null,
    second_state = null
where
    c.tenant_id = %(tenant_id)s
    and c.id = %(collection_id)s;

-- forget --
-- Delete up to `row_count` vectors of a collection that are in neither set.
delete from pgrerank.chunk_embedding as e
using (
    select
        v.tenant_id,
        v.collection_id,
        v.model_id,
        v.chunk_id
    from pgrerank.chunk_embedding as v
    inner join pgrerank.collection as c
        on
            v.tenant_id = c.tenant_id
            and v.collection_id = c.id
    where
        v.tenant_id = %(tenant_id)s
        and v.collection_id = %(collection_id)s
        and v.model_id <> c.embedder_id
        and v.model_id <> coalesce(c.second_embedder_id, c.embedder_id)
    order by v.model_id, v.chunk_id
    limit %(row_count)s
) as unwanted
where
    e.tenant_id = %(tenant_id)s
    and e.tenant_id = unwanted.tenant_id
    and e.collection_id = unwanted.collection_id
    and e.model_id = unwanted.model_id
    and e.chunk_id = unwanted.chunk_id;
