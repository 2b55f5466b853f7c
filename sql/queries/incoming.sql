-- Runtime statements of storage/incoming.py.

-- await_deletion --
-- Wait for a process that is about to lock the collection exclusively.
select pgrerank.await_deletion_v1(%(tenant_id)s, %(collection_id)s);

-- hold_collection --
-- Prevent the collection's deletion until the transaction ends; no row if it was deleted. Returns
-- the fingerprint of its embedder, and whether it stores token vectors.
select
    m.fingerprint,
    c.stores_tokens
from pgrerank.collection as c
inner join pgrerank.model as m on c.embedder_id = m.id
where
    c.tenant_id = %(tenant_id)s
    and c.id = %(collection_id)s
for key share of c;

-- upsert_documents --
-- Insert or update documents, in the order of external ids, so that two writers of the same
-- documents wait for each other and do not deadlock. A returned id differs from the one sent if the
-- document existed. Parallel arrays, one element per document: PostgreSQL refuses COPY into a table
-- with row-level security, and the service may not create temporary tables.
insert into pgrerank.document as d (
    tenant_id,
    id,
    collection_id,
    external_id,
    title,
    uri,
    metadata,
    content_hash,
    text_hash
)
select
    %(tenant_id)s,
    i.id,
    %(collection_id)s,
    i.external_id,
    i.title,
    i.uri,
    i.metadata,
    i.content_hash,
    i.text_hash
from
    unnest(
        %(ids)b::uuid[],
        %(external_ids)b::text[],
        %(titles)b::text[],
        %(uris)b::text[],
        %(metadata)b::jsonb[],
        %(content_hashes)b::bytea[],
        %(text_hashes)b::bytea[]
    ) as i (id, external_id, title, uri, metadata, content_hash, text_hash)
order by i.external_id
on conflict (tenant_id, collection_id, external_id) do update
    set
        title = excluded.title,
        uri = excluded.uri,
        metadata = excluded.metadata,
        content_hash = excluded.content_hash,
        text_hash = excluded.text_hash,
        -- the default of the column: the present instant
        updated_at = excluded.updated_at
returning d.id, d.external_id;

-- update_documents --
-- Replace what no chunk depends on, of documents that are locked and have the text that was sent.
update pgrerank.document as d
set
    uri = i.uri,
    metadata = i.metadata,
    content_hash = i.content_hash,
    updated_at = now()
from
    unnest(
        %(external_ids)b::text[],
        %(uris)b::text[],
        %(metadata)b::jsonb[],
        %(content_hashes)b::bytea[],
        %(text_hashes)b::bytea[]
    ) as i (external_id, uri, metadata, content_hash, text_hash)
where
    d.tenant_id = %(tenant_id)s
    and d.collection_id = %(collection_id)s
    and d.external_id = i.external_id
    and d.text_hash = i.text_hash;

-- count_documents --
-- Add documents and their chunks to the counters of the collection, or subtract them.
select
    pgrerank.count_documents_v1(
        %(tenant_id)s,
        %(collection_id)s,
        %(document_ids)b::uuid[],
        %(documents)s,
        %(sign)s
    );

-- delete_chunks --
-- Delete all chunks of documents whose rows are locked, with their vectors.
delete from pgrerank.chunk as k
where
    k.tenant_id = %(tenant_id)s
    and k.document_id = any(%(document_ids)b::uuid[]);

-- insert_chunks --
-- Insert the new chunks with the data of the keyword leg; words of titles are counted separately
-- only in collections with a title boost. Text of a chunk after 100,000 characters is not indexed:
-- a tsvector holds at most 1 MB, and no chunk that fits a model comes near.
with title as materialized (
    select
        d.id,
        d.title,
        case
            when %(weighs_titles)s::boolean and d.title is not null
                then
                    pgrerank.term_frequencies_v1(
                        to_tsvector(
                            %(text_search)s::regconfig, pgrerank.text_words_v1(d.title, false)
                        )
                    )
        end as frequencies
    from (
        select
            u.id,
            nullif(left(u.title, %(title_characters)s), '') as title
        from unnest(%(title_ids)b::uuid[], %(titles)b::text[]) as u (id, title)
    ) as d
),

arrived as materialized (
    select
        d.id as document_id,
        d.frequencies as title_frequencies,
        i.id,
        i.ordinal,
        i.content,
        i.content_hash,
        i.token_count,
        to_tsvector(
            %(text_search)s::regconfig,
            pgrerank.text_words_v1(left(concat_ws(e'\n', d.title, i.content), 100000), false)
        ) as tsv
    from
        unnest(
            %(ids)b::uuid[],
            %(document_ids)b::uuid[],
            %(ordinals)b::integer[],
            %(contents)b::text[],
            %(content_hashes)b::bytea[],
            %(token_counts)b::integer[]
        ) as i (id, document_id, ordinal, content, content_hash, token_count)
    inner join title as d on i.document_id = d.id
)

insert into pgrerank.chunk (
    tenant_id,
    id,
    collection_id,
    document_id,
    ordinal,
    content,
    content_hash,
    token_count,
    lexeme_count,
    tsv,
    term_frequencies,
    title_frequencies
)
select
    %(tenant_id)s,
    a.id,
    %(collection_id)s,
    a.document_id,
    a.ordinal,
    a.content,
    a.content_hash,
    a.token_count,
    s.lexeme_count,
    a.tsv,
    s.term_frequencies,
    a.title_frequencies
from arrived as a
cross join lateral pgrerank.text_statistics_v1(a.tsv) as s;

-- insert_embeddings --
-- Insert the chunks' vectors, of the collection's embedder.
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
    c.tenant_id,
    c.id as collection_id,
    c.embedder_id,
    i.id as chunk_id,
    case when vector_dims(i.embedding) <= 2000 then i.embedding end as embedding,
    case when vector_dims(i.embedding) > 2000 then i.embedding::public.halfvec end as half,
    i.document_id
from
    unnest(%(ids)b::uuid[], %(document_ids)b::uuid[], %(vectors)b::public.vector[])
        as i (id, document_id, embedding)
cross join pgrerank.collection as c
where
    c.tenant_id = %(tenant_id)s
    and c.id = %(collection_id)s;

-- insert_tokens --
-- Insert token vectors of the chunks that have some.
insert into pgrerank.chunk_tokens (
    tenant_id,
    chunk_id,
    model_id,
    vectors
)
select
    %(tenant_id)s,
    i.id as chunk_id,
    %(model_id)s,
    i.tokens
from unnest(%(ids)b::uuid[], %(tokens)b::bytea[]) as i (id, tokens)
where i.tokens is not null;

-- insert_weights --
-- Insert learned sparse weights of documents, for every chunk of each.
with weighed as materialized (
    select
        u.id,
        pgrerank.sparse_vector_v1(
            array_agg(w.token) filter (where w.token is not null),
            array_agg(w.weight) filter (where w.token is not null)
        ) as weights
    from unnest(%(weighed_ids)b::uuid[]) as u (id)
    left join
        unnest(%(word_ids)b::uuid[], %(words)b::text[], %(weights)b::real[])
            as w (id, token, weight)
        on u.id = w.id
    group by u.id
)

insert into pgrerank.chunk_weights (
    tenant_id,
    collection_id,
    chunk_id,
    weights
)
select
    %(tenant_id)s,
    %(collection_id)s,
    i.id as chunk_id,
    w.weights
from unnest(%(ids)b::uuid[], %(document_ids)b::uuid[]) as i (id, document_id)
inner join weighed as w on i.document_id = w.id;

-- delete_document --
-- Delete a document with its chunks; whether it existed.
select pgrerank.delete_document_v1(%(tenant_id)s, %(collection_id)s, %(external_id)s) as existed;

-- lock_documents --
-- Lock documents in the order of external ids, as writers do; without those that were deleted, or
-- ceased to pass the filter, while this waited.
select d.id
from pgrerank.document as d
where
    d.tenant_id = %(tenant_id)s
    and d.collection_id = %(collection_id)s
    and d.external_id = any(%(external_ids)s::text[])
    and (%(filter)s::jsonpath is null or d.metadata @@ %(filter)s::jsonpath)
order by d.external_id
for update;

-- delete_documents --
-- Delete documents whose rows are locked, with their chunks.
delete from pgrerank.document as d
where
    d.tenant_id = %(tenant_id)s
    and d.id = any(%(document_ids)b::uuid[]);
