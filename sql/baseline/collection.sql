-- Models, collections, and the counters of collections.

create table pgrerank.model (
    id uuid not null,
    kind text not null,
    name text not null,
    revision text,
    fingerprint text not null,
    precision text not null,
    max_length integer not null,
    dimensions integer,
    score_kind text,
    created_at timestamptz not null default now(),
    constraint pk_model primary key (id),
    constraint ck_model_kind check (kind in ('embedder', 'reranker'))
);

create table pgrerank.collection (
    tenant_id uuid not null,
    id uuid not null,
    name text not null,
    text_search text not null,
    embedder_id uuid not null,
    created_at timestamptz not null default now(),
    stores_tokens boolean not null default false,
    k1 double precision not null default 0.9,
    b double precision not null default 0.4,
    title_boost double precision not null default 1,
    fusion text not null default 'rrf',
    rrf_k integer not null default 60,
    dense_weight double precision not null default 1,
    keyword_weight double precision not null default 1,
    sparse_weight double precision not null default 1,
    -- a second set of vectors, complete or being filled
    second_state text,
    second_embedder_id uuid,
    -- boosts by term
    terms jsonb not null default '{}',
    -- boosts by metadata
    field_boosts jsonb not null default '{}',
    -- name of the reranker of its searches; null: the service's default
    reranker text,
    constraint pk_collection primary key (tenant_id, id),
    constraint uq_collection_tenant_id_name unique (tenant_id, name),
    constraint fk_collection_tenant_id_tenant foreign key (tenant_id)
    references pgrerank.tenant (id) on delete cascade,
    constraint fk_collection_embedder_id_model foreign key (embedder_id)
    references pgrerank.model (id),
    constraint fk_collection_second_embedder_id_model foreign key (second_embedder_id)
    references pgrerank.model (id),
    constraint ck_collection_fusion check (fusion in ('rrf', 'weighted')),
    constraint ck_collection_second_state
    check (second_state in ('filling', 'ready', 'former'))
);

create table pgrerank.collection_size (
    tenant_id uuid not null,
    collection_id uuid not null,
    shard smallint not null,
    documents bigint not null,
    chunks bigint not null,
    lexemes bigint not null,
    constraint pk_collection_size primary key (tenant_id, collection_id, shard),
    constraint fk_collection_size_tenant_id_collection_id_collection
    foreign key (tenant_id, collection_id)
    references pgrerank.collection (tenant_id, id) on delete cascade
);

-- Frequent words: how many chunks hold each, in shards like those of collection_size. Shard -1 has
-- the counted words, and their counts when counting began, null until they are known. The counts of
-- all shards are parallel to its words.
create table pgrerank.collection_word (
    tenant_id uuid not null,
    collection_id uuid not null,
    shard smallint not null,
    lexemes text[],
    chunks bigint[] not null,
    constraint pk_collection_word primary key (tenant_id, collection_id, shard),
    constraint fk_collection_word_tenant_id_collection_id_collection
    foreign key (tenant_id, collection_id)
    references pgrerank.collection (tenant_id, id) on delete cascade,
    constraint ck_collection_word_lexemes check ((shard = -1) = (lexemes is not null))
);

comment on table pgrerank.model is
'One row for each model that the service has run. Shared by all tenants.';
comment on column pgrerank.model.id is
'Id of the model, derived from its fingerprint: the same in every database.';
comment on column pgrerank.model.kind is 'embedder or reranker.';
comment on column pgrerank.model.name is 'Name of the model.';
comment on column pgrerank.model.revision is 'Revision of its files; null: not known.';
comment on column pgrerank.model.fingerprint is
'Identifies what the model computes: models of one fingerprint give the same numbers.';
comment on column pgrerank.model.precision is
'Precision of its numbers, such as fp32, bf16 or int8.';
comment on column pgrerank.model.max_length is 'Most tokens that it reads of a text or pair.';
comment on column pgrerank.model.dimensions is
'Dimensions of the vectors of an embedder; null: a reranker.';
comment on column pgrerank.model.score_kind is
'Unit of the scores of a reranker; null: an embedder.';
comment on column pgrerank.model.created_at is 'When it first ran.';

comment on table pgrerank.collection is
'One row for each collection, with the settings of its searches.';
comment on column pgrerank.collection.tenant_id is 'Id of the tenant that owns the row.';
comment on column pgrerank.collection.id is 'Id of the collection.';
comment on column pgrerank.collection.name is 'Name of the collection, unique in its tenant.';
comment on column pgrerank.collection.text_search is
'Text search configuration of Postgres that its words are stemmed by.';
comment on column pgrerank.collection.embedder_id is 'Id of the embedder that searches go by.';
comment on column pgrerank.collection.created_at is 'When it was made.';
comment on column pgrerank.collection.stores_tokens is
'Whether token vectors are stored with new chunks.';
comment on column pgrerank.collection.k1 is
'BM25''s k1, 0 or more: how soon repeated words stop counting.';
comment on column pgrerank.collection.b is 'BM25''s b, 0 to 1: how much long chunks are held back.';
comment on column pgrerank.collection.title_boost is
'How often a word of the title counts, 1 being as often as in the text.';
comment on column pgrerank.collection.fusion is 'rrf or weighted.';
comment on column pgrerank.collection.rrf_k is 'What reciprocal rank fusion adds to every rank.';
comment on column pgrerank.collection.dense_weight is
'Weight of the dense leg in fusion, 0 or more.';
comment on column pgrerank.collection.keyword_weight is
'Weight of the keyword leg in fusion, 0 or more.';
comment on column pgrerank.collection.sparse_weight is
'Weight of the sparse leg in fusion, 0 or more.';
comment on column pgrerank.collection.second_state is
'State of a second set of vectors: filling, ready or former; null: there is none.';
comment on column pgrerank.collection.second_embedder_id is
'Id of the embedder of the second set; null: there is none.';
comment on column pgrerank.collection.terms is
'Terms that raise what contains them, with their weights, as JSON.';
comment on column pgrerank.collection.field_boosts is
'Fields of metadata that raise candidates by a date or number, with their weights, as JSON.';
comment on column pgrerank.collection.reranker is
'Name of the reranker of its searches; null: that of the service.';

comment on table pgrerank.collection_size is
'Counters of a collection, in 16 shards so that concurrent writers rarely wait for one another: '
'the sums over the shards are the figures. One shard may be negative.';
comment on column pgrerank.collection_size.tenant_id is 'Id of the tenant that owns the row.';
comment on column pgrerank.collection_size.collection_id is 'Id of the collection.';
comment on column pgrerank.collection_size.shard is 'Number of the shard, 0 to 15.';
comment on column pgrerank.collection_size.documents is 'Documents.';
comment on column pgrerank.collection_size.chunks is 'Chunks.';
comment on column pgrerank.collection_size.lexemes is
'Lexemes of all chunks, repeated ones counted each time.';

comment on table pgrerank.collection_word is
'Words that many chunks of a collection hold, in how many, in shards like those of '
'collection_size. Shard -1 has the words and their numbers from before; numbers of the other '
'shards are in step with its words and are added.';
comment on column pgrerank.collection_word.tenant_id is 'Id of the tenant that owns the row.';
comment on column pgrerank.collection_word.collection_id is 'Id of the collection.';
comment on column pgrerank.collection_word.shard is 'Number of the shard, 0 to 15, or -1.';
comment on column pgrerank.collection_word.lexemes is
'The words that are counted; null in shards of 0 or more.';
comment on column pgrerank.collection_word.chunks is
'In how many chunks each word is; null inside: not known yet.';
