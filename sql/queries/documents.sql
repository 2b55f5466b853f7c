-- Runtime statements of storage/documents.py.

-- has_text_search --
-- One row if Postgres ships such a text search configuration.
select 1 as found
from pg_catalog.pg_ts_config as t
inner join pg_catalog.pg_namespace as n on t.cfgnamespace = n.oid
where
    n.nspname = 'pg_catalog'
    and t.cfgname = %(text_search)s;

-- create_collection --
-- A new collection, unless there is one of this name.
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

-- collections --
-- Collections by name: the one of `name`, or those after `after`, where given.
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

-- collection_names --
-- Names of a tenant's collections, some of them where they are many.
select c.name
from pgrerank.collection as c
where c.tenant_id = %(tenant_id)s
order by c.name
limit 1000;

-- set_retrieval --
-- How a collection's first stage weighs from now on; no row if it is gone.
update pgrerank.collection as c
set
    k1 = %(k1)s,
    b = %(b)s,
    title_boost = %(title_boost)s,
    fusion = %(fusion)s,
    rrf_k = %(rrf_k)s,
    dense_weight = %(dense_weight)s,
    keyword_weight = %(keyword_weight)s,
    sparse_weight = %(sparse_weight)s
where
    c.tenant_id = %(tenant_id)s
    and c.name = %(name)s
returning c.id;

-- set_reranker --
-- By which named reranker a collection is searched from now on; no row if it is gone.
update pgrerank.collection as c
set reranker = %(reranker)s
where
    c.tenant_id = %(tenant_id)s
    and c.name = %(name)s
returning c.id;

-- set_terms --
-- Which terms raise what contains them, from now on, by their weights; no row if it is gone.
update pgrerank.collection as c
set terms = %(terms)s
where
    c.tenant_id = %(tenant_id)s
    and c.name = %(name)s
returning c.id;

-- allow_time --
-- Lets the statements of this transaction run longer than those of a request.
select set_config('statement_timeout', %(timeout_ms)s, true);

-- claim_collection --
-- Lets no further writer begin before the transaction ends; does not wait for those under way.
select c.id
from pgrerank.collection as c
where
    c.tenant_id = %(tenant_id)s
    and c.name = %(name)s
for no key update of c;

-- delete_collection --
-- A collection with all in it, once the writers under way are done; one row if there was one.
delete from pgrerank.collection as c
where
    c.tenant_id = %(tenant_id)s
    and c.name = %(name)s
returning c.id;

-- hashes --
-- Content hashes of documents all of whose chunks have a vector of the collection's embedder.
select
    d.external_id,
    d.content_hash
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

-- document --
-- One document with its chunks, of one moment.
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

-- documents --
-- Documents by external id, those after `after` where given.
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

-- delete_document --
-- A document with its chunks; one row if there was one.
delete from pgrerank.document as d
where
    d.tenant_id = %(tenant_id)s
    and d.collection_id = %(collection_id)s
    and d.external_id = %(external_id)s
returning d.id;
