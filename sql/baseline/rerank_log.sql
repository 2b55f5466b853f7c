-- The log of searches and rankings, one partition a month.

create table pgrerank.rerank_log (
    tenant_id uuid not null,
    created_at timestamptz not null,
    id uuid not null,
    -- null: documents that the caller brought
    collection_id uuid,
    collection_name text,
    query text not null,
    strategy text not null,
    profile text not null,
    knobs jsonb not null,
    status text not null,
    reason text,
    depth integer not null,
    limit_ integer not null,
    returned integer not null,
    embedder_id uuid,
    reranker_id uuid,
    dense_requested integer,
    dense_returned integer,
    dense_scan text,
    keyword_requested integer,
    keyword_returned integer,
    keyword_scan text,
    timings_ms jsonb not null,
    cut jsonb not null,
    source text not null default 'search',
    chunk_ids uuid[] not null,
    dense_ranks smallint[] not null,
    dense_scores real[] not null,
    keyword_ranks smallint[] not null,
    keyword_scores real[] not null,
    fused_ranks smallint[] not null,
    fused_scores real[] not null,
    rerank_scores double precision[] not null,
    relevances real[] not null,
    truncated boolean[] not null,
    final_ranks smallint[] not null,
    cascade_id uuid,
    cascade_scores double precision[],
    -- what the order went by, where the reranker's score was combined with those of the legs
    combined_scores double precision[],
    sparse_requested integer,
    sparse_returned integer,
    sparse_scan text,
    sparse_ranks smallint[],
    sparse_scores real[],
    -- What the search was calibrated by. No foreign key: the log outlives what it names.
    calibration_id uuid,
    answerable double precision,
    dialect text,
    document_hashes bytea[],
    document_texts text[],
    boosts double precision[],
    -- The API key that asked, null on the command line. No foreign key, as above.
    key_id uuid,
    -- the caller's own user, as the caller names them
    end_user_id text,
    constraint pk_rerank_log primary key (tenant_id, created_at, id),
    constraint fk_rerank_log_tenant_id_tenant foreign key (tenant_id)
    references pgrerank.tenant (id) on delete cascade,
    constraint fk_rerank_log_embedder_id_model foreign key (embedder_id)
    references pgrerank.model (id),
    constraint fk_rerank_log_reranker_id_model foreign key (reranker_id)
    references pgrerank.model (id),
    constraint fk_rerank_log_cascade_id_model foreign key (cascade_id)
    references pgrerank.model (id),
    constraint ck_rerank_log_status
    check (status in ('full', 'partial', 'skipped', 'failed')),
    constraint ck_rerank_log_end_user_id
    check (char_length(end_user_id) between 1 and 200),
    constraint ck_rerank_log_parallel check (
        cardinality(chunk_ids) = all(array[
            cardinality(dense_ranks),
            cardinality(dense_scores),
            cardinality(keyword_ranks),
            cardinality(keyword_scores),
            cardinality(fused_ranks),
            cardinality(fused_scores),
            cardinality(rerank_scores),
            cardinality(relevances),
            cardinality(truncated),
            cardinality(final_ranks)
        ])
    )
)
partition by range (created_at);
