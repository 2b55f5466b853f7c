-- Judgments: how relevant a judge found a document for a query.

-- A document is named by its external id, so a judgment may precede the document's ingest and
-- survives a re-ingest. If a judged chunk is replaced, the judgment of its document remains.
create table pgrerank.judgment (
    tenant_id uuid not null,
    id uuid not null,
    collection_id uuid not null,
    query text not null,
    query_hash bytea not null,
    external_id text not null,
    chunk_id uuid,
    grade smallint not null,
    source text not null,
    judged_by text,
    created_at timestamptz not null default now(),
    constraint pk_judgment primary key (tenant_id, id),
    constraint fk_judgment_tenant_id_collection_id_collection
    foreign key (tenant_id, collection_id)
    references pgrerank.collection (tenant_id, id) on delete cascade,
    constraint ck_judgment_grade check (grade between 0 and 3)
);

-- Equal judgments are stored once. By hashes, since the texts may be too long for an index row.
create unique index ix_judgment_tenant_id_collection_id_query_hash_chunk_id_grade
on pgrerank.judgment (
    tenant_id,
    collection_id,
    query_hash,
    hashtextextended(external_id, 0),
    chunk_id,
    grade,
    hashtextextended(source, 0),
    hashtextextended(judged_by, 0)
) nulls not distinct;

comment on table pgrerank.judgment is
'One row for each time somebody graded a document or chunk for a query. A document is named as '
'its owner names it, so that a judgment outlives the re-ingest of its document. The view '
'judgment shows it.';
comment on column pgrerank.judgment.tenant_id is 'Id of the tenant that owns the row.';
comment on column pgrerank.judgment.id is 'Id of the judgment; ids rise with time.';
comment on column pgrerank.judgment.collection_id is 'Id of the collection.';
comment on column pgrerank.judgment.query is 'Text of the query that was judged.';
comment on column pgrerank.judgment.query_hash is
'SHA-256 of the query, since a query may be longer than an index row can hold.';
comment on column pgrerank.judgment.external_id is 'Id of the document as its owner names it.';
comment on column pgrerank.judgment.chunk_id is
'Id of the chunk that was judged; null: the document as a whole was.';
comment on column pgrerank.judgment.grade is
'0 (not relevant) to 3 (the best there is); 1 or more counts as relevant.';
comment on column pgrerank.judgment.source is
'How it came: human, llm (a language model), import, click, used, thumbs and the like.';
comment on column pgrerank.judgment.judged_by is 'Who judged; null: not known.';
comment on column pgrerank.judgment.created_at is 'When it was stored.';
