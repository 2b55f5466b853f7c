-- Documents, their chunks, and what is stored of each chunk.

create table pgrerank.document (
    tenant_id uuid not null,
    id uuid not null,
    collection_id uuid not null,
    external_id text not null,
    title text not null,
    uri text,
    metadata jsonb not null,
    content_hash bytea not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint pk_document primary key (tenant_id, id),
    constraint uq_document_tenant_id_collection_id_external_id
    unique (tenant_id, collection_id, external_id),
    constraint fk_document_tenant_id_collection_id_collection
    foreign key (tenant_id, collection_id)
    references pgrerank.collection (tenant_id, id) on delete cascade
);

create index ix_document_metadata on pgrerank.document using gin (metadata jsonb_path_ops);

create table pgrerank.chunk (
    tenant_id uuid not null,
    id uuid not null,
    collection_id uuid not null,
    document_id uuid not null,
    ordinal integer not null,
    content text not null,
    content_hash bytea not null,
    token_count integer not null,
    lexeme_count integer not null,
    tsv tsvector not null,
    term_frequencies public.sparsevec(268435456) not null,
    -- the part of term_frequencies that stands in the title; null where there is none
    title_frequencies public.sparsevec(268435456),
    constraint pk_chunk primary key (tenant_id, id),
    constraint uq_chunk_tenant_id_document_id_ordinal
    unique (tenant_id, document_id, ordinal),
    constraint fk_chunk_tenant_id_collection_id_collection
    foreign key (tenant_id, collection_id)
    references pgrerank.collection (tenant_id, id) on delete cascade,
    constraint fk_chunk_tenant_id_document_id_document
    foreign key (tenant_id, document_id)
    references pgrerank.document (tenant_id, id) on delete cascade
);

-- Beside its row, not in TOAST: BM25 reads one for every chunk that the index finds.
alter table pgrerank.chunk
alter column term_frequencies set storage main,
alter column title_frequencies set storage main;

create index ix_chunk_tenant_id_collection_id on pgrerank.chunk (tenant_id, collection_id);

create index ix_chunk_tsv on pgrerank.chunk using gin (tsv);

create table pgrerank.chunk_embedding (
    tenant_id uuid not null,
    collection_id uuid not null,
    model_id uuid not null,
    chunk_id uuid not null,
    -- A vector lies here up to 2,000 dimensions, in `half` above.
    embedding public.vector,
    half public.halfvec,
    -- of its chunk
    document_id uuid,
    constraint pk_chunk_embedding
    primary key (tenant_id, collection_id, model_id, chunk_id),
    constraint fk_chunk_embedding_tenant_id_chunk_id_chunk
    foreign key (tenant_id, chunk_id)
    references pgrerank.chunk (tenant_id, id) on delete cascade,
    constraint fk_chunk_embedding_model_id_model foreign key (model_id)
    references pgrerank.model (id)
);

-- Beside its key, not in TOAST: an exact scan reads six times as fast.
alter table pgrerank.chunk_embedding
alter column embedding set storage main,
alter column half set storage main;

-- Without it each deleted chunk would read its tenant's part of the primary key.
create index ix_chunk_embedding_tenant_id_chunk_id
on pgrerank.chunk_embedding (tenant_id, chunk_id);

create table pgrerank.chunk_tokens (
    tenant_id uuid not null,
    chunk_id uuid not null,
    model_id uuid not null,
    vectors bytea not null,
    constraint pk_chunk_tokens primary key (tenant_id, chunk_id, model_id),
    constraint fk_chunk_tokens_tenant_id_chunk_id_chunk
    foreign key (tenant_id, chunk_id)
    references pgrerank.chunk (tenant_id, id) on delete cascade,
    constraint fk_chunk_tokens_model_id_model foreign key (model_id)
    references pgrerank.model (id)
);

-- Out of line and uncompressed: quantised numbers do not shrink, and the row stays narrow.
alter table pgrerank.chunk_tokens alter column vectors set storage external;

create table pgrerank.chunk_weights (
    tenant_id uuid not null,
    collection_id uuid not null,
    chunk_id uuid not null,
    weights public.sparsevec(268435456) not null,
    constraint pk_chunk_weights primary key (tenant_id, collection_id, chunk_id),
    constraint fk_chunk_weights_tenant_id_chunk_id_chunk
    foreign key (tenant_id, chunk_id)
    references pgrerank.chunk (tenant_id, id) on delete cascade
);

-- Beside their key: a search reads all of a collection.
alter table pgrerank.chunk_weights alter column weights set storage main;

-- Without it each deleted chunk would read its tenant's part of the primary key.
create index ix_chunk_weights_tenant_id_chunk_id
on pgrerank.chunk_weights (tenant_id, chunk_id);
