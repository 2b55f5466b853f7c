-- Models and collections, what is counted of a collection.

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
    constraint uq_model_fingerprint unique (fingerprint),
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
    -- the other set of vectors that a collection has or is getting
    second_state text,
    second_embedder_id uuid,
    -- boosts by term
    terms jsonb not null default '{}',
    -- name of the reranker of its searches; null: that of the service
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

-- Words that many chunks hold: in how many, in shards like those of collection_size. Shard -1 has
-- the words that are counted, and their numbers from before, null while they are not known;
-- numbers of all shards are in step with its words.
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
