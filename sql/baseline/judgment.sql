-- Judgments: how relevant somebody found a document for a query.

-- A document is named as people name it, so that a judgment outlives the re-ingest of its document
-- and may come before the first; a chunk that was replaced leaves the judgment of its document.
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

-- By hash, since a query may be longer than an index row can hold.
create index ix_judgment_tenant_id_collection_id_query_hash
on pgrerank.judgment (tenant_id, collection_id, query_hash);
