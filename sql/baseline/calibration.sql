-- Calibrations of rerank scores, the pairs they were fitted to, and named thresholds.

-- Null collection: for all of the tenant's. The pairs are in calibration_sample, precision and
-- recall by cut-off in calibration_point.
create table pgrerank.calibration (
    tenant_id uuid not null,
    id uuid not null,
    collection_id uuid,
    reranker_id uuid not null,
    search_scale double precision[],
    document_scale double precision[],
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
    ece_uncalibrated double precision[] not null,
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
    constraint ck_calibration_scale
    check (
        num_nonnulls(search_scale, document_scale) > 0
        and (search_scale is null or (search_scale[2] > 0 and search_scale[3] >= 0))
        and (document_scale is null or document_scale[2] > 0)
    ),
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

-- The judged pairs in parallel arrays. Thresholds may be chosen from them at any later time.
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

-- Either log-odds, which are valid only for the reranker of its calibration, or a probability,
-- which is valid with any calibration.
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

comment on table pgrerank.calibration is
'One row for each fitted calibration, which turns scores of one reranker into probabilities '
'of relevance. The view calibration shows it.';
comment on column pgrerank.calibration.tenant_id is 'Id of the tenant that owns the row.';
comment on column pgrerank.calibration.id is 'Id of the calibration.';
comment on column pgrerank.calibration.collection_id is
'Id of the collection it is for; null: for all of the tenant.';
comment on column pgrerank.calibration.reranker_id is
'Id of the reranker whose scores it reads, and no other''s.';
comment on column pgrerank.calibration.search_scale is
'Log-odds of the candidates of a search: base, factor of the parts, level and center. The base of '
'a search is base + level * (its best raw score - center). Null: fitted to supplied pairs.';
comment on column pgrerank.calibration.document_scale is
'Log-odds of supplied documents: base, and slope for each unit of the raw score. Null: relevance '
'does not rise with the raw score alone.';
comment on column pgrerank.calibration.method is 'platt, isotonic or beta.';
comment on column pgrerank.calibration.coefficients is
'Coefficients of the curve, as calibration_curve_v1 takes them.';
comment on column pgrerank.calibration.knot_scores is
'Log-odds of the knots of an isotonic curve, rising.';
comment on column pgrerank.calibration.knot_probabilities is
'Probabilities of the knots, 0 to 1, not falling.';
comment on column pgrerank.calibration.answerable is
'Slope and base of the logistic curve that gives the probability that a search found anything '
'relevant, from its best log-odds; null: not fitted.';
comment on column pgrerank.calibration.strategy is
'Strategy of the searches that it was fitted on.';
comment on column pgrerank.calibration.candidates is 'Their rows of each leg.';
comment on column pgrerank.calibration.depth is 'Their number of reranked candidates.';
comment on column pgrerank.calibration.unjudged is
'How pairs that nobody judged were read: irrelevant, or skip (left out).';
comment on column pgrerank.calibration.relevant_from is 'Lowest grade that counted as relevant.';
comment on column pgrerank.calibration.queries is 'Queries that it was fitted on.';
comment on column pgrerank.calibration.pairs is 'Judged pairs of query and chunk.';
comment on column pgrerank.calibration.positives is 'Relevant ones among the pairs.';
comment on column pgrerank.calibration.brier is
'Mean squared distance of probability and truth, 0 to 1; lower is better. With the ends of its '
'interval of 95 %.';
comment on column pgrerank.calibration.log_loss is
'Mean log loss in nats, 0 or more; lower is better. With the ends of its interval of 95 %.';
comment on column pgrerank.calibration.ece is
'Expected calibration error over 15 bins of equal mass, 0 to 1; lower is better. With the ends '
'of its interval of 95 %.';
comment on column pgrerank.calibration.ece_uncalibrated is
'The same error without the calibration: of the log-odds of the model that ships, or of the '
'sigmoid of raw scores. With the ends of its interval of 95 %.';
comment on column pgrerank.calibration.tried is
'Held-out log loss of every method that was tried, as JSON.';
comment on column pgrerank.calibration.bin_predicted is
'Reliability diagram: mean probability of each bin, 0 to 1.';
comment on column pgrerank.calibration.bin_observed is
'Share that is relevant in each bin, 0 to 1.';
comment on column pgrerank.calibration.bin_pairs is 'Pairs in each bin.';
comment on column pgrerank.calibration.precision_at is
'Precision among the best k of a query, by k from 1, 0 to 1.';
comment on column pgrerank.calibration.precision_at_low is 'Lower ends of its intervals.';
comment on column pgrerank.calibration.precision_at_high is 'Upper ends of its intervals.';
comment on column pgrerank.calibration.warnings is 'What speaks against relying on it, in words.';
comment on column pgrerank.calibration.created_at is 'When it was fitted.';

comment on table pgrerank.calibration_point is
'One row for each cut-off of a calibration. The view calibration_point shows it.';
comment on column pgrerank.calibration_point.tenant_id is 'Id of the tenant that owns the row.';
comment on column pgrerank.calibration_point.calibration_id is 'Id of the calibration.';
comment on column pgrerank.calibration_point.cutoff is
'Results with these log-odds or more are kept.';
comment on column pgrerank.calibration_point.relevance is
'Probability of relevance at the cut-off, 0 to 1.';
comment on column pgrerank.calibration_point.pairs is 'Judged pairs that are kept.';
comment on column pgrerank.calibration_point.precision_at_cutoff is
'Share of the kept pairs that is relevant, 0 to 1.';
comment on column pgrerank.calibration_point.precision_low is 'Lower end of its interval.';
comment on column pgrerank.calibration_point.precision_high is 'Upper end of its interval.';
comment on column pgrerank.calibration_point.recall is
'Share of the relevant pairs that is kept, 0 to 1.';
comment on column pgrerank.calibration_point.recall_low is 'Lower end of its interval.';
comment on column pgrerank.calibration_point.recall_high is 'Upper end of its interval.';

comment on table pgrerank.calibration_sample is
'The judged pairs of one calibration, in parallel arrays: thresholds are chosen from them at any '
'later time.';
comment on column pgrerank.calibration_sample.tenant_id is 'Id of the tenant that owns the row.';
comment on column pgrerank.calibration_sample.calibration_id is 'Id of the calibration.';
comment on column pgrerank.calibration_sample.queries is
'Number of the query that each pair belongs to.';
comment on column pgrerank.calibration_sample.scores is 'Log-odds of each pair.';
comment on column pgrerank.calibration_sample.relevant is 'Whether each pair is relevant.';
comment on column pgrerank.calibration_sample.weights is 'Weight of each pair.';

comment on table pgrerank.threshold is
'One row for each named threshold: either log-odds by one reranker, or a probability. The '
'view threshold shows it.';
comment on column pgrerank.threshold.tenant_id is 'Id of the tenant that owns the row.';
comment on column pgrerank.threshold.id is 'Id of the threshold.';
comment on column pgrerank.threshold.collection_id is 'Id of the collection.';
comment on column pgrerank.threshold.name is 'Name of the threshold.';
comment on column pgrerank.threshold.reranker_id is
'Id of the reranker of the log-odds; null: it is a probability.';
comment on column pgrerank.threshold.calibration_id is
'Id of the calibration by whose judged pairs it was chosen; null: chosen by hand.';
comment on column pgrerank.threshold.cutoff is
'Lowest log-odds that are kept; null: it is a probability.';
comment on column pgrerank.threshold.min_relevance is
'Lowest probability that is kept, 0 to 1; null: they are log-odds.';
comment on column pgrerank.threshold.promised_precision is
'Precision that the threshold keeps, 0 to 1; null: chosen by hand.';
comment on column pgrerank.threshold.confidence is
'With what probability it does, 0 to 1; null: chosen by hand.';
comment on column pgrerank.threshold.created_at is 'When it was set.';
