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

-- Keyed by the query's hash, since a query may be too long for an index.
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

comment on table pgrerank.eval_run is
'One row for each stored evaluation. The view eval_run shows it.';
comment on column pgrerank.eval_run.tenant_id is 'Id of the tenant that owns the row.';
comment on column pgrerank.eval_run.id is 'Id of the evaluation.';
comment on column pgrerank.eval_run.collection_id is 'Id of the collection.';
comment on column pgrerank.eval_run.created_at is 'When it was made.';
comment on column pgrerank.eval_run.label is
'What its maker calls it; several evaluations may share one; null: none.';
comment on column pgrerank.eval_run.judgments is
'stored, or the name of the labelled folder that the judgments came from.';
comment on column pgrerank.eval_run.strategy is
'Which legs found candidates: dense, keyword, hybrid or tiered.';
comment on column pgrerank.eval_run.knobs is
'Settings as JSON: candidates, depth, rerank, cascade, profile, and under retrieval the settings '
'of the first stage.';
comment on column pgrerank.eval_run.embedder_id is 'Id of the embedder; null: none ran.';
comment on column pgrerank.eval_run.reranker_id is 'Id of the reranker; null: none ran.';
comment on column pgrerank.eval_run.queries is 'How many queries were searched.';
comment on column pgrerank.eval_run.p50_ms is 'Median time of a whole search in milliseconds.';
comment on column pgrerank.eval_run.p95_ms is '95th percentile of that time in milliseconds.';

comment on table pgrerank.eval_query is
'One row for each query of each evaluation. The view eval_query shows it.';
comment on column pgrerank.eval_query.tenant_id is 'Id of the tenant that owns the row.';
comment on column pgrerank.eval_query.eval_run_id is 'Id of the evaluation.';
comment on column pgrerank.eval_query.query_hash is
'SHA-256 of the query, since a query may be longer than an index row can hold.';
comment on column pgrerank.eval_query.query is 'Text of the query.';
comment on column pgrerank.eval_query.status is
'What became of the rerank stage: full, partial, skipped or failed, as in rerank_log.';
comment on column pgrerank.eval_query.total_ms is 'Time of the whole search in milliseconds.';
comment on column pgrerank.eval_query.external_ids is
'The first 100 documents of the answer, in their order.';
comment on column pgrerank.eval_query.grades is
'Grades of all documents that were found, in the order of the answer; null inside: nobody judged '
'it.';
comment on column pgrerank.eval_query.first_stage_grades is
'The same in the order before reranking.';
comment on column pgrerank.eval_query.judged_grades is
'Grades of all judged documents of the query, found or not, in no order.';

comment on table pgrerank.eval_metric is
'One row for each measure of each query of each evaluation. The view eval_metric shows it.';
comment on column pgrerank.eval_metric.tenant_id is 'Id of the tenant that owns the row.';
comment on column pgrerank.eval_metric.eval_run_id is 'Id of the evaluation.';
comment on column pgrerank.eval_metric.query_hash is 'Hash of the query, as in eval_query.';
comment on column pgrerank.eval_metric.measure is
'nDCG@10, RR@10, P@5, AP, R@100 (of the list before reranking) or Judged@10.';
comment on column pgrerank.eval_metric.value is 'Value of the measure, 0 to 1.';
