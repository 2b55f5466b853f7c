-- Documents, their chunks, and the vectors of each chunk.

create table pgrerank.document (
    tenant_id uuid not null,
    id uuid not null,
    collection_id uuid not null,
    external_id text not null,
    title text not null,
    uri text,
    metadata jsonb not null,
    content_hash bytea not null,
    text_hash bytea not null,
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
    -- the part of term_frequencies that is in the title; null if there is none
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

-- Stored in the row, not in TOAST: BM25 reads one for every chunk that the index finds.
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
    -- the chunk's document, by which a search filters without reading the chunk
    document_id uuid not null,
    -- for vectors of up to 2,000 dimensions; larger ones are in `half`
    embedding public.vector,
    half public.halfvec,
    constraint pk_chunk_embedding
    primary key (tenant_id, collection_id, model_id, chunk_id),
    constraint fk_chunk_embedding_tenant_id_chunk_id_chunk
    foreign key (tenant_id, chunk_id)
    references pgrerank.chunk (tenant_id, id) on delete cascade,
    constraint fk_chunk_embedding_model_id_model foreign key (model_id)
    references pgrerank.model (id)
);

-- Stored in the row, not in TOAST: an exact scan is six times as fast.
alter table pgrerank.chunk_embedding
alter column embedding set storage main,
alter column half set storage main;

-- Without it, deleting a chunk would read its tenant's part of the primary key.
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

-- Out of line, which keeps rows narrow, and uncompressed, since quantised numbers do not shrink.
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

-- Stored in the row: a search reads all of a collection.
alter table pgrerank.chunk_weights alter column weights set storage main;

-- Without it, deleting a chunk would read its tenant's part of the primary key.
create index ix_chunk_weights_tenant_id_chunk_id
on pgrerank.chunk_weights (tenant_id, chunk_id);

comment on table pgrerank.document is 'One row for each document.';
comment on column pgrerank.document.tenant_id is 'Id of the tenant that owns the row.';
comment on column pgrerank.document.id is 'Id of the document.';
comment on column pgrerank.document.collection_id is 'Id of the collection.';
comment on column pgrerank.document.external_id is
'Id of the document as its owner names it, unique in its collection.';
comment on column pgrerank.document.title is 'Title; empty: none.';
comment on column pgrerank.document.uri is 'Where the document is; null: not given.';
comment on column pgrerank.document.metadata is 'What filters go by, as JSON.';
comment on column pgrerank.document.content_hash is
'Hash of all that was sent: a document that is sent again unchanged is left as it is.';
comment on column pgrerank.document.text_hash is
'The part of content_hash that is made from title, text and sparse weights.';
comment on column pgrerank.document.created_at is 'When it was first stored.';
comment on column pgrerank.document.updated_at is 'When it was last changed.';

comment on table pgrerank.chunk is
'One row for each chunk of a document, the unit that is found and reranked. A chunk''s text '
'never changes under its id.';
comment on column pgrerank.chunk.tenant_id is 'Id of the tenant that owns the row.';
comment on column pgrerank.chunk.id is 'Id of the chunk.';
comment on column pgrerank.chunk.collection_id is 'Id of the collection.';
comment on column pgrerank.chunk.document_id is 'Id of its document.';
comment on column pgrerank.chunk.ordinal is 'Place in its document, from 0.';
comment on column pgrerank.chunk.content is 'Text of the chunk.';
comment on column pgrerank.chunk.content_hash is 'Hash of what a model reads of it.';
comment on column pgrerank.chunk.token_count is 'Length in tokens of the embedder.';
comment on column pgrerank.chunk.lexeme_count is
'Length in lexemes of title and text, repeated ones counted each time.';
comment on column pgrerank.chunk.tsv is 'Lexemes of title and text, for the keyword leg.';
comment on column pgrerank.chunk.term_frequencies is
'How often each lexeme occurs, as a sparse vector by lexeme_index_v1.';
comment on column pgrerank.chunk.title_frequencies is
'The part of term_frequencies that is in the title; null: none, or not counted apart.';

comment on table pgrerank.chunk_embedding is
'One row for each vector of a chunk: one for each embedder of its collection.';
comment on column pgrerank.chunk_embedding.tenant_id is 'Id of the tenant that owns the row.';
comment on column pgrerank.chunk_embedding.collection_id is 'Id of the collection.';
comment on column pgrerank.chunk_embedding.model_id is 'Id of the embedder.';
comment on column pgrerank.chunk_embedding.chunk_id is 'Id of the chunk.';
comment on column pgrerank.chunk_embedding.document_id is 'Id of the document of the chunk.';
comment on column pgrerank.chunk_embedding.embedding is
'The vector, of up to 2,000 dimensions; null: see half.';
comment on column pgrerank.chunk_embedding.half is
'The vector in half precision, of more than 2,000 dimensions; null: see embedding.';

comment on table pgrerank.chunk_tokens is
'One row for each chunk with stored token vectors, for late interaction.';
comment on column pgrerank.chunk_tokens.tenant_id is 'Id of the tenant that owns the row.';
comment on column pgrerank.chunk_tokens.chunk_id is 'Id of the chunk.';
comment on column pgrerank.chunk_tokens.model_id is 'Id of the late interaction model.';
comment on column pgrerank.chunk_tokens.vectors is 'Token vectors, quantised.';

comment on table pgrerank.chunk_weights is
'One row for each chunk with learned sparse weights, for the sparse leg.';
comment on column pgrerank.chunk_weights.tenant_id is 'Id of the tenant that owns the row.';
comment on column pgrerank.chunk_weights.collection_id is 'Id of the collection.';
comment on column pgrerank.chunk_weights.chunk_id is 'Id of the chunk.';
comment on column pgrerank.chunk_weights.weights is
'Weights of tokens, as a sparse vector by lexeme_index_v1.';
