-- Histograms of scores by day, quality where judged, reference sets.

create table pgrerank.score_daily (
    tenant_id uuid not null,
    day date not null,
    -- null: passages that the caller brought
    collection_id uuid,
    -- null: no reranker ran
    reranker_id uuid,
    collection_name text,
    counted_at timestamptz not null,
    searches bigint not null,
    partial_searches bigint not null,
    skipped_searches bigint not null,
    failed_searches bigint not null,
    pairs bigint not null,
    truncated_pairs bigint not null,
    changed_top_1 bigint not null,
    changed_top_3 bigint not null,
    changed_top_10 bigint not null,
    tau_searches bigint not null,
    tau_sum double precision not null,
    shift_sum double precision not null,
    agreement_searches bigint not null,
    agreement_sum double precision not null,
    score_bins smallint[] not null,
    score_counts bigint[] not null,
    constraint uq_score_daily_tenant_id_day_collection_id_reranker_id
    unique nulls not distinct (tenant_id, day, collection_id, reranker_id),
    constraint fk_score_daily_tenant_id_tenant foreign key (tenant_id)
    references pgrerank.tenant (id) on delete cascade,
    constraint fk_score_daily_reranker_id_model foreign key (reranker_id)
    references pgrerank.model (id),
    constraint ck_score_daily_parallel
    check (cardinality(score_bins) = cardinality(score_counts))
);

create table pgrerank.judged_quality (
    tenant_id uuid not null,
    collection_id uuid not null,
    reranker_id uuid not null,
    counted_at timestamptz not null,
    queries bigint not null,
    ndcg_without double precision,
    ndcg_with double precision,
    calibrated_pairs bigint not null,
    calibration_error double precision,
    constraint pk_judged_quality primary key (tenant_id, collection_id, reranker_id),
    constraint fk_judged_quality_tenant_id_collection_id_collection
    foreign key (tenant_id, collection_id)
    references pgrerank.collection (tenant_id, id) on delete cascade,
    constraint fk_judged_quality_reranker_id_model foreign key (reranker_id)
    references pgrerank.model (id)
);

create table pgrerank.reference_set (
    tenant_id uuid not null,
    id uuid not null,
    name text not null,
    digest bytea not null,
    queries text[] not null,
    passages text[] not null,
    created_at timestamptz not null,
    constraint pk_reference_set primary key (tenant_id, id),
    constraint uq_reference_set_tenant_id_name unique (tenant_id, name),
    constraint fk_reference_set_tenant_id_tenant foreign key (tenant_id)
    references pgrerank.tenant (id) on delete cascade,
    constraint ck_reference_set_parallel check (cardinality(queries) = cardinality(passages))
);

create table pgrerank.reference_run (
    tenant_id uuid not null,
    id uuid not null,
    reference_set_id uuid not null,
    digest bytea not null,
    model_id uuid not null,
    environment jsonb not null,
    created_at timestamptz not null,
    scores double precision[] not null,
    truncated boolean[] not null,
    verdict text not null,
    compared_with_id uuid,
    beyond_noise integer not null,
    truncation_changes integer not null,
    largest_change double precision,
    noise double precision,
    kendall_tau double precision,
    message text not null,
    constraint pk_reference_run primary key (tenant_id, id),
    constraint fk_reference_run_tenant_id_reference_set_id_reference_set
    foreign key (tenant_id, reference_set_id)
    references pgrerank.reference_set (tenant_id, id) on delete cascade,
    constraint fk_reference_run_model_id_model foreign key (model_id)
    references pgrerank.model (id),
    constraint ck_reference_run_parallel check (cardinality(scores) = cardinality(truncated)),
    constraint ck_reference_run_verdict
    check (verdict in ('first', 'same', 'changed', 'other model'))
);

create index ix_reference_run_tenant_id_reference_set_id_id
on pgrerank.reference_run (tenant_id, reference_set_id, id);
