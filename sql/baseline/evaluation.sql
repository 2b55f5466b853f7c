-- Stored evaluations.

create table pgrerank.eval_run (
    tenant_id uuid not null,
    id uuid not null,
    collection_id uuid not null,
    created_at timestamptz not null,
    label text,
    judgments text not null,
    strategy text not null,
    knobs jsonb not null,
    embedder_id uuid,
    reranker_id uuid,
    queries integer not null,
    p50_ms double precision not null,
    p95_ms double precision not null,
    constraint pk_eval_run primary key (tenant_id, id),
    constraint fk_eval_run_tenant_id_collection_id_collection
    foreign key (tenant_id, collection_id)
    references pgrerank.collection (tenant_id, id) on delete cascade,
    constraint fk_eval_run_embedder_id_model foreign key (embedder_id)
    references pgrerank.model (id),
    constraint fk_eval_run_reranker_id_model foreign key (reranker_id)
    references pgrerank.model (id)
);

create index ix_eval_run_tenant_id_collection_id
on pgrerank.eval_run (tenant_id, collection_id);

-- Queries by hash, since one may be longer than an index row can hold.
create table pgrerank.eval_query (
    tenant_id uuid not null,
    eval_run_id uuid not null,
    query_hash bytea not null,
    query text not null,
    status text not null,
    total_ms double precision not null,
    external_ids text[] not null,
    grades smallint[] not null,
    first_stage_grades smallint[] not null,
    judged_grades smallint[] not null,
    constraint pk_eval_query primary key (tenant_id, eval_run_id, query_hash),
    constraint fk_eval_query_tenant_id_eval_run_id_eval_run
    foreign key (tenant_id, eval_run_id)
    references pgrerank.eval_run (tenant_id, id) on delete cascade
);

create table pgrerank.eval_metric (
    tenant_id uuid not null,
    eval_run_id uuid not null,
    query_hash bytea not null,
    measure text not null,
    value double precision not null,
    constraint pk_eval_metric primary key (tenant_id, eval_run_id, query_hash, measure),
    constraint fk_eval_metric_tenant_id_eval_run_id_eval_run
    foreign key (tenant_id, eval_run_id)
    references pgrerank.eval_run (tenant_id, id) on delete cascade
);
