-- Daily histograms of scores, quality of judged searches, reference sets.

create table pgrerank.score_daily (
    tenant_id uuid not null,
    day date not null,
    -- null: supplied documents without a collection
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
    -- Columns of a primary key are never null.
    collection_key uuid not null
    generated always as (coalesce(collection_id, '00000000-0000-0000-0000-000000000000')) stored,
    reranker_key uuid not null
    generated always as (coalesce(reranker_id, '00000000-0000-0000-0000-000000000000')) stored,
    constraint pk_score_daily primary key (tenant_id, day, collection_key, reranker_key),
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

comment on table pgrerank.score_daily is
'Searches and their rerank scores by tenant, day, collection and reranker. The view score_daily '
'shows it, effect_daily and score_drift are made of it.';
comment on column pgrerank.score_daily.tenant_id is 'Id of the tenant that owns the row.';
comment on column pgrerank.score_daily.day is 'Day in UTC.';
comment on column pgrerank.score_daily.collection_id is
'Id of the collection; null: documents that callers supplied.';
comment on column pgrerank.score_daily.reranker_id is
'Id of the reranker; null: the row of searches that were not reranked.';
comment on column pgrerank.score_daily.collection_name is
'Name of the collection as it was then, also where it has been deleted since.';
comment on column pgrerank.score_daily.counted_at is 'When the row was counted.';
comment on column pgrerank.score_daily.searches is 'All searches of the row.';
comment on column pgrerank.score_daily.partial_searches is 'Those of status partial.';
comment on column pgrerank.score_daily.skipped_searches is 'Those of status skipped.';
comment on column pgrerank.score_daily.failed_searches is 'Those of status failed.';
comment on column pgrerank.score_daily.pairs is 'Pairs of query and chunk that got a rerank score.';
comment on column pgrerank.score_daily.truncated_pairs is
'Those of which the reranker read only the beginning.';
comment on column pgrerank.score_daily.changed_top_1 is
'Reranked searches whose first result fusion had placed behind the first.';
comment on column pgrerank.score_daily.changed_top_3 is
'Reranked searches whose first 3 hold a chunk that fusion had placed behind them.';
comment on column pgrerank.score_daily.changed_top_10 is
'Reranked searches whose first 10 hold a chunk that fusion had placed behind them.';
comment on column pgrerank.score_daily.tau_searches is 'Searches that tau_sum adds up.';
comment on column pgrerank.score_daily.tau_sum is
'Sum of Kendall''s tau-b between fused and final order, of searches with two reranked candidates '
'or more.';
comment on column pgrerank.score_daily.shift_sum is
'Sum over reranked searches of the mean number of places by which fusion and reranker differ on '
'the first 10.';
comment on column pgrerank.score_daily.agreement_searches is 'Searches that agreement_sum adds up.';
comment on column pgrerank.score_daily.agreement_sum is
'Sum of the share of the reranker''s first 10 that the dense leg had among its first 50.';
comment on column pgrerank.score_daily.score_bins is
'Histogram of the raw scores: its bins in rising order, see score_bin_v1.';
comment on column pgrerank.score_daily.score_counts is
'Histogram of the raw scores: pairs in each of score_bins.';
comment on column pgrerank.score_daily.collection_key is
'collection_id, or zeros where it is null: part of the primary key.';
comment on column pgrerank.score_daily.reranker_key is
'reranker_id, or zeros where it is null: part of the primary key.';

comment on table pgrerank.judged_quality is
'How good the searches of the last 28 days were where their queries are judged. The view '
'judged_quality shows it.';
comment on column pgrerank.judged_quality.tenant_id is 'Id of the tenant that owns the row.';
comment on column pgrerank.judged_quality.collection_id is 'Id of the collection.';
comment on column pgrerank.judged_quality.reranker_id is 'Id of the reranker.';
comment on column pgrerank.judged_quality.counted_at is 'When the row was counted.';
comment on column pgrerank.judged_quality.queries is
'Judged queries with a relevant document that were asked.';
comment on column pgrerank.judged_quality.ndcg_without is
'Mean nDCG@10 of the fused order, 0 to 1.';
comment on column pgrerank.judged_quality.ndcg_with is 'Mean nDCG@10 of the final order, 0 to 1.';
comment on column pgrerank.judged_quality.calibrated_pairs is
'Judged results with a probability, of documents of which nothing was judged before their '
'calibration was made.';
comment on column pgrerank.judged_quality.calibration_error is
'Expected calibration error over those pairs, ten bins of equal mass, 0 to 1; null: no such '
'pairs. Only judged results count.';

comment on table pgrerank.reference_set is
'One row for each reference set: a fixed set of pairs of query and passage, in parallel arrays.';
comment on column pgrerank.reference_set.tenant_id is 'Id of the tenant that owns the row.';
comment on column pgrerank.reference_set.id is 'Id of the reference set.';
comment on column pgrerank.reference_set.name is 'Name of the reference set, unique in its tenant.';
comment on column pgrerank.reference_set.digest is 'Hash of its pairs.';
comment on column pgrerank.reference_set.queries is 'Query of each pair.';
comment on column pgrerank.reference_set.passages is 'Passage of each pair.';
comment on column pgrerank.reference_set.created_at is 'When it was stored.';

comment on table pgrerank.reference_run is
'One row for each time a reference set was scored. The view reference_run shows it.';
comment on column pgrerank.reference_run.tenant_id is 'Id of the tenant that owns the row.';
comment on column pgrerank.reference_run.id is 'Id of this scoring.';
comment on column pgrerank.reference_run.reference_set_id is 'Id of the reference set.';
comment on column pgrerank.reference_run.digest is 'Hash of the pairs that were scored.';
comment on column pgrerank.reference_run.model_id is 'Id of the reranker that scored.';
comment on column pgrerank.reference_run.environment is
'Versions of libraries, the processor and more, as JSON.';
comment on column pgrerank.reference_run.created_at is 'When it was scored.';
comment on column pgrerank.reference_run.scores is
'Raw score of each pair, in their order; null inside: it failed.';
comment on column pgrerank.reference_run.truncated is
'Whether the reranker read only the beginning, of each pair.';
comment on column pgrerank.reference_run.verdict is
'first; same; changed: the same model gave other scores; other model.';
comment on column pgrerank.reference_run.compared_with_id is
'Id of the run before; null: the first of these pairs.';
comment on column pgrerank.reference_run.beyond_noise is
'Pairs whose scores differ by more than the noise.';
comment on column pgrerank.reference_run.truncation_changes is
'Pairs of which more or less was read than before.';
comment on column pgrerank.reference_run.largest_change is
'Largest difference of a score, in the unit of the model; null: nothing to compare.';
comment on column pgrerank.reference_run.noise is
'How large a difference is mere noise, in the unit of the model; null: nothing to compare.';
comment on column pgrerank.reference_run.kendall_tau is
'Rank correlation of the two runs over all pairs, -1 to 1; null: nothing to compare.';
comment on column pgrerank.reference_run.message is 'What happened, in a sentence.';
