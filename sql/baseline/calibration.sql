-- Calibrations of rerank scores, what they were fitted to, and named thresholds.

-- Null collection: for all of the tenant. Its pairs are in calibration_sample, its curve of
-- precision and recall in calibration_point.
create table pgrerank.calibration (
    tenant_id uuid not null,
    id uuid not null,
    collection_id uuid,
    reranker_id uuid not null,
    method text not null,
    coefficients double precision[] not null,
    knot_scores double precision[] not null,
    knot_probabilities double precision[] not null,
    answerable double precision[],
    strategy text not null,
    candidates integer not null,
    depth integer not null,
    unjudged text not null,
    relevant_from smallint not null,
    queries integer not null,
    pairs integer not null,
    positives integer not null,
    brier double precision[] not null,
    log_loss double precision[] not null,
    ece double precision[] not null,
    ece_raw double precision[] not null,
    tried jsonb not null,
    bin_predicted double precision[] not null,
    bin_observed double precision[] not null,
    bin_pairs integer[] not null,
    precision_at double precision[] not null,
    precision_at_low double precision[] not null,
    precision_at_high double precision[] not null,
    warnings text[] not null,
    created_at timestamptz not null default now(),
    constraint pk_calibration primary key (tenant_id, id),
    constraint fk_calibration_tenant_id_tenant
    foreign key (tenant_id) references pgrerank.tenant (id) on delete cascade,
    constraint fk_calibration_tenant_id_collection_id_collection
    foreign key (tenant_id, collection_id)
    references pgrerank.collection (tenant_id, id) on delete cascade,
    constraint fk_calibration_reranker_id_model
    foreign key (reranker_id) references pgrerank.model (id),
    constraint ck_calibration_method check (method in ('platt', 'isotonic', 'beta')),
    constraint ck_calibration_unjudged check (unjudged in ('irrelevant', 'skip')),
    constraint ck_calibration_knots
    check (cardinality(knot_scores) = cardinality(knot_probabilities)),
    constraint ck_calibration_rises
    check (pgrerank.curve_rises_v1(method, coefficients, knot_probabilities)),
    constraint ck_calibration_answerable_rises
    check (answerable is null or pgrerank.curve_rises_v1('platt', answerable, '{}'))
);

create index ix_calibration_tenant_id_collection_id_id
on pgrerank.calibration (tenant_id, collection_id, id);

create table pgrerank.calibration_point (
    tenant_id uuid not null,
    calibration_id uuid not null,
    cutoff double precision not null,
    relevance double precision not null,
    pairs integer not null,
    precision_at_cutoff double precision not null,
    precision_low double precision not null,
    precision_high double precision not null,
    recall double precision not null,
    recall_low double precision not null,
    recall_high double precision not null,
    constraint pk_calibration_point primary key (tenant_id, calibration_id, cutoff),
    constraint fk_calibration_point_tenant_id_calibration_id_calibration
    foreign key (tenant_id, calibration_id)
    references pgrerank.calibration (tenant_id, id) on delete cascade
);

-- The judged pairs in parallel arrays: thresholds are chosen from them at any later time.
create table pgrerank.calibration_sample (
    tenant_id uuid not null,
    calibration_id uuid not null,
    queries integer[] not null,
    scores double precision[] not null,
    relevant boolean[] not null,
    weights double precision[] not null,
    constraint pk_calibration_sample primary key (tenant_id, calibration_id),
    constraint fk_calibration_sample_tenant_id_calibration_id_calibration
    foreign key (tenant_id, calibration_id)
    references pgrerank.calibration (tenant_id, id) on delete cascade,
    constraint ck_calibration_sample_parallel
    check (
        cardinality(queries) = all(
            array[cardinality(scores), cardinality(relevant), cardinality(weights)]
        )
    )
);

-- Either a raw score, bound to the reranker of its calibration, or a probability, which any
-- calibration gives a meaning.
create table pgrerank.threshold (
    tenant_id uuid not null,
    id uuid not null,
    collection_id uuid not null,
    name text not null,
    reranker_id uuid,
    calibration_id uuid,
    cutoff double precision,
    min_relevance double precision,
    promised_precision double precision,
    confidence double precision,
    created_at timestamptz not null default now(),
    constraint pk_threshold primary key (tenant_id, id),
    constraint uq_threshold_tenant_id_collection_id_name
    unique (tenant_id, collection_id, name),
    constraint fk_threshold_tenant_id_collection_id_collection
    foreign key (tenant_id, collection_id)
    references pgrerank.collection (tenant_id, id) on delete cascade,
    constraint fk_threshold_tenant_id_calibration_id_calibration
    foreign key (tenant_id, calibration_id)
    references pgrerank.calibration (tenant_id, id) on delete cascade,
    constraint fk_threshold_reranker_id_model
    foreign key (reranker_id) references pgrerank.model (id),
    constraint ck_threshold_kind check (num_nonnulls(cutoff, min_relevance) = 1),
    constraint ck_threshold_bound check ((cutoff is null) = (reranker_id is null))
);
