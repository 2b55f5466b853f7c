-- Runtime statements of storage/collections.py.

-- has_text_search --
-- One row if PostgreSQL ships such a text search configuration.
select 1 as found
from pg_catalog.pg_ts_config as t
inner join pg_catalog.pg_namespace as n on t.cfgnamespace = n.oid
where
    n.nspname = 'pg_catalog'
    and t.cfgname = %(text_search)s;

-- create --
-- Insert a collection, unless one of this name exists.
insert into pgrerank.collection (
    tenant_id,
    id,
    name,
    text_search,
    embedder_id,
    stores_tokens,
    created_at,
    k1,
    b,
    title_boost,
    fusion,
    rrf_k,
    dense_weight,
    keyword_weight,
    sparse_weight,
    reranker
)
values (
    %(tenant_id)s,
    %(id)s,
    %(name)s,
    %(text_search)s,
    %(embedder_id)s,
    coalesce(%(stores_tokens)s::boolean, false),
    %(created_at)s,
    %(k1)s,
    %(b)s,
    %(title_boost)s,
    %(fusion)s,
    %(rrf_k)s,
    %(dense_weight)s,
    %(keyword_weight)s,
    %(sparse_weight)s,
    %(reranker)s
)
on conflict (tenant_id, name) do nothing;

-- page --
-- Collections ordered by name: the one of `name`, if given, or those after `after`, if given.
select
    c.id,
    c.name,
    c.text_search,
    m.fingerprint as embedder,
    m.name as embedder_name,
    m.dimensions,
    second.fingerprint as second_embedder,
    c.second_state,
    c.stores_tokens,
    c.created_at,
    c.k1,
    c.b,
    c.title_boost,
    c.fusion,
    c.rrf_k,
    c.dense_weight,
    c.keyword_weight,
    c.sparse_weight,
    c.reranker,
    c.terms,
    c.field_boosts,
    coalesce(s.documents, 0)::bigint as document_count,
    coalesce(s.chunks, 0)::bigint as chunk_count
from pgrerank.collection as c
inner join pgrerank.model as m on c.embedder_id = m.id
left join pgrerank.model as second on c.second_embedder_id = second.id
left join lateral (
    select
        sum(z.documents) as documents,
        sum(z.chunks) as chunks
    from pgrerank.collection_size as z
    where
        z.tenant_id = c.tenant_id
        and z.collection_id = c.id
) as s on true
where
    c.tenant_id = %(tenant_id)s
    and (%(name)s::text is null or c.name = %(name)s::text)
    and (%(after)s::text is null or c.name > %(after)s::text)
order by c.name
limit %(row_count)s;

-- names --
-- Names of a tenant's collections; only some if there are many.
select c.name
from pgrerank.collection as c
where c.tenant_id = %(tenant_id)s
order by c.name
limit 1000;

-- set --
-- Set the settings of a collection.
update pgrerank.collection as c
set
    k1 = %(k1)s,
    b = %(b)s,
    title_boost = %(title_boost)s,
    fusion = %(fusion)s,
    rrf_k = %(rrf_k)s,
    dense_weight = %(dense_weight)s,
    keyword_weight = %(keyword_weight)s,
    sparse_weight = %(sparse_weight)s,
    reranker = %(reranker)s,
    terms = %(terms)s,
    field_boosts = %(field_boosts)s,
    stores_tokens = %(stores_tokens)s
where
    c.tenant_id = %(tenant_id)s
    and c.id = %(id)s;

-- claim --
-- Block new writers and other changes until the transaction ends; does not wait for active writers.
select c.id
from pgrerank.collection as c
where
    c.tenant_id = %(tenant_id)s
    and c.name = %(name)s
for no key update of c;

-- await_writers --
-- Wait until the writers of a claimed collection have ended; later ones see what is changed now.
select c.id
from pgrerank.collection as c
where
    c.tenant_id = %(tenant_id)s
    and c.id = %(collection_id)s
for update of c;

-- delete --
-- Delete a collection with everything in it, after active writers end; one row if it existed.
delete from pgrerank.collection as c
where
    c.tenant_id = %(tenant_id)s
    and c.name = %(name)s
returning c.id;
