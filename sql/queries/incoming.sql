-- Runtime statements of storage/incoming.py.

-- share_collection --
-- Waits behind whoever claimed the collection. Locks on its row are not fair: writers that overlap
-- would keep a deletion waiting for as long as they go on.
select
    pg_advisory_xact_lock_shared(
        hashtextextended(%(tenant_id)s::text || '/' || %(name)s::text, 0)
    );

-- hold_collection --
-- Keeps the collection from being deleted until the transaction ends; no row if it is gone. Says
-- whose vectors it takes.
select m.fingerprint
from pgrerank.collection as c
inner join pgrerank.model as m on c.embedder_id = m.id
where
    c.tenant_id = %(tenant_id)s
    and c.id = %(collection_id)s
for key share of c;

-- stage_documents --
-- Where documents arrive: COPY into a table with row-level security is refused by Postgres. The
-- table stays with its connection, empty between transactions.
create temporary table if not exists incoming_document_v1 (
    id uuid not null,
    external_id text not null,
    title text not null,
    uri text,
    metadata jsonb not null,
    content_hash bytea not null
) on commit delete rows;

-- stage_chunks --
-- Where their chunks arrive.
create temporary table if not exists incoming_chunk_v1 (
    id uuid not null,
    external_id text not null,
    ordinal integer not null,
    content text not null,
    content_hash bytea not null,
    token_count integer not null,
    embedding public.vector not null,
    tokens bytea,
    sparse_tokens text[],
    sparse_weights real[]
) on commit delete rows;

-- copy_documents --
-- Takes the documents of a batch.
copy pg_temp.incoming_document_v1 from stdin binary;

-- copy_chunks --
-- Takes their chunks.
copy pg_temp.incoming_chunk_v1 from stdin binary;

-- upsert_documents --
-- Inserts or updates, and locks, in the order of external ids, so that two writers of the same
-- documents wait for each other instead of deadlocking. A returned id differs from the one that
-- was sent where the document existed.
insert into pgrerank.document as d (
    tenant_id,
    id,
    collection_id,
    external_id,
    title,
    uri,
    metadata,
    content_hash
)
select
    %(tenant_id)s,
    i.id,
    %(collection_id)s,
    i.external_id,
    i.title,
    i.uri,
    i.metadata,
    i.content_hash
from pg_temp.incoming_document_v1 as i
order by i.external_id
on conflict on constraint uq_document_tenant_id_collection_id_external_id do update
    set
        title = excluded.title,
        uri = excluded.uri,
        metadata = excluded.metadata,
        content_hash = excluded.content_hash,
        updated_at = now()
returning d.id, d.external_id;

-- delete_chunks --
-- What the documents held before, vectors included.
delete from pgrerank.chunk as k
where
    k.tenant_id = %(tenant_id)s
    and k.document_id = any(%(document_ids)s::uuid[]);

-- insert_chunks --
-- The new chunks with what the keyword leg needs; words of titles apart only in a collection that
-- weighs them. Text beyond 100,000 characters of a chunk is
-- not indexed: a tsvector holds 1 MB at most, and no chunk that fits a model comes near.
with titled as materialized (
    select
        d.id,
        d.external_id,
        nullif(left(d.title, %(title_characters)s), '') as title
    from pg_temp.incoming_document_v1 as i
    inner join pgrerank.document as d on i.external_id = d.external_id
    where
        d.tenant_id = %(tenant_id)s
        and d.collection_id = %(collection_id)s
),

title as materialized (
    select
        t.*,
        case
            when %(weighs_titles)s::boolean and t.title is not null
                then
                    pgrerank.term_frequencies_v1(
                        to_tsvector(%(text_search)s::regconfig, t.title)
                    )
        end as frequencies
    from titled as t
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
            left(
                concat_ws(e'\n', d.title, i.content),
                100000
            )
        ) as tsv
    from pg_temp.incoming_chunk_v1 as i
    inner join title as d on i.external_id = d.external_id
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
-- Their vectors, under the collection's embedder.
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
    -- Row by row through the key: a join might read the whole table.
    (
        select k.document_id
        from pgrerank.chunk as k
        where
            k.tenant_id = c.tenant_id
            and k.id = i.id
    ) as document_id
from pg_temp.incoming_chunk_v1 as i
cross join pgrerank.collection as c
where
    c.tenant_id = %(tenant_id)s
    and c.id = %(collection_id)s;

-- insert_tokens --
-- Their token vectors, where they come with some.
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
from pg_temp.incoming_chunk_v1 as i
where i.tokens is not null;

-- insert_weights --
-- Their learned sparse weights, where they come with some.
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
    pgrerank.sparse_vector_v1(i.sparse_tokens, i.sparse_weights) as weights
from pg_temp.incoming_chunk_v1 as i
where i.sparse_tokens is not null;
