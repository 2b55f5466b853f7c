-- The log of searches and rankings, one partition a month.

create table pgrerank.rerank_log (
    tenant_id uuid not null,
    created_at timestamptz not null,
    id uuid not null,
    -- null: supplied documents without a collection
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
    relevances double precision[] not null,
    truncated boolean[] not null,
    final_ranks smallint[] not null,
    -- final ranks of what per_document removed
    crowded_ranks smallint[],
    cascade_id uuid,
    cascade_scores double precision[],
    -- what each score added to the log-odds of relevance, see domain/relevance_model.py
    base_parts double precision[],
    reranker_parts double precision[],
    similarity_parts double precision[],
    words_parts double precision[],
    agreement_parts double precision[],
    sparse_requested integer,
    sparse_returned integer,
    sparse_scan text,
    sparse_ranks smallint[],
    sparse_scores real[],
    -- The search's calibration. Not a foreign key: the log outlives what it refers to.
    calibration_id uuid,
    answerable double precision,
    dialect text,
    document_hashes bytea[],
    document_texts text[],
    boosts double precision[],
    -- The caller's API key, null on the command line. Not a foreign key, as above.
    key_id uuid,
    -- the caller's id of its own user
    end_user_id text,
    warnings text[] not null default '{}',
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

comment on table pgrerank.rerank_log is
'One row for each search, and for each ranking of documents that a caller supplied. Columns of '
'arrays have one element for each candidate, in the final order. The views rerank_log, '
'rerank_candidate, ranking and ranking_document show it. Partitioned by month.';
comment on column pgrerank.rerank_log.tenant_id is 'Id of the tenant that owns the row.';
comment on column pgrerank.rerank_log.created_at is
'When the search was made. Name an interval of it: only its months are read.';
comment on column pgrerank.rerank_log.id is
'Id of the search or ranking, as the answer carried it.';
comment on column pgrerank.rerank_log.collection_id is
'Id of the collection; null: the caller supplied the documents and named none. No foreign key: '
'the log outlives what it names.';
comment on column pgrerank.rerank_log.collection_name is
'Name of the collection as it was then, also where it has been deleted since; null: the caller '
'supplied the documents and named none.';
comment on column pgrerank.rerank_log.query is 'Text of the query.';
comment on column pgrerank.rerank_log.strategy is
'Which legs found candidates: dense, keyword, hybrid or tiered; none: the caller supplied the '
'documents.';
comment on column pgrerank.rerank_log.profile is
'interactive or batch, as asked; none: the caller supplied the documents.';
comment on column pgrerank.rerank_log.knobs is
'All settings of the search as they were applied, as JSON.';
comment on column pgrerank.rerank_log.status is
'What became of the rerank stage. full: all of depth was reranked; partial: the time budget '
'ended before; skipped: nothing was reranked; failed: the reranker failed.';
comment on column pgrerank.rerank_log.reason is
'Why the status is not full, in words; null where it is.';
comment on column pgrerank.rerank_log.depth is 'How many candidates got a rerank score, 0 or more.';
comment on column pgrerank.rerank_log.limit_ is 'How many results were asked for at most.';
comment on column pgrerank.rerank_log.returned is 'How many results the answer held, 0 or more.';
comment on column pgrerank.rerank_log.embedder_id is 'Id of the embedder; null: no dense leg ran.';
comment on column pgrerank.rerank_log.reranker_id is 'Id of the reranker; null: none ran.';
comment on column pgrerank.rerank_log.dense_requested is
'Rows asked of the dense leg; null: the leg was off.';
comment on column pgrerank.rerank_log.dense_returned is
'Rows that the dense leg gave; null: the leg was off.';
comment on column pgrerank.rerank_log.dense_scan is
'How the dense leg read: exact (all vectors) or hnsw (an index); null: the leg was off.';
comment on column pgrerank.rerank_log.keyword_requested is
'Rows asked of the keyword leg; null: the leg was off.';
comment on column pgrerank.rerank_log.keyword_returned is
'Rows that the keyword leg gave; null: the leg was off.';
comment on column pgrerank.rerank_log.keyword_scan is
'How the keyword leg read: gin (an index), `no terms` where the query held stop words only, '
'`gin, phrases relaxed` where no text held its phrases; null: the leg was off.';
comment on column pgrerank.rerank_log.sparse_requested is
'Rows asked of the sparse leg; null: the query had no weights.';
comment on column pgrerank.rerank_log.sparse_returned is
'Rows that the sparse leg gave; null: the query had no weights.';
comment on column pgrerank.rerank_log.sparse_scan is
'How the sparse leg read: exact, or no weights where no chunk has some; null: the query had no '
'weights.';
comment on column pgrerank.rerank_log.timings_ms is 'Milliseconds by stage, as JSON.';
comment on column pgrerank.rerank_log.cut is 'How many candidates each limit removed, as JSON.';
comment on column pgrerank.rerank_log.source is
'search, or api: the caller supplied the documents.';
comment on column pgrerank.rerank_log.chunk_ids is 'Id of each chunk.';
comment on column pgrerank.rerank_log.dense_ranks is
'Place in the dense leg, from 1; null inside: it did not find the chunk.';
comment on column pgrerank.rerank_log.dense_scores is
'Cosine similarity, -1 to 1; null inside: the dense leg did not find the chunk.';
comment on column pgrerank.rerank_log.keyword_ranks is
'Place in the keyword leg, from 1; null inside: it did not find the chunk.';
comment on column pgrerank.rerank_log.keyword_scores is
'BM25 score, above 0; null inside: the keyword leg did not find the chunk.';
comment on column pgrerank.rerank_log.sparse_ranks is
'Place in the sparse leg, from 1; null inside: it did not find the chunk; null: the leg was off.';
comment on column pgrerank.rerank_log.sparse_scores is
'Inner product of learned weights, above 0; null inside: the sparse leg did not find the chunk; '
'null: the leg was off.';
comment on column pgrerank.rerank_log.fused_ranks is
'Place after fusion, from 1; of supplied documents, the caller''s order.';
comment on column pgrerank.rerank_log.fused_scores is 'Score after fusion.';
comment on column pgrerank.rerank_log.rerank_scores is
'Raw score of the reranker; null inside: not reranked.';
comment on column pgrerank.rerank_log.relevances is
'Probability of relevance, 0 to 1; null inside: no calibration.';
comment on column pgrerank.rerank_log.truncated is 'Whether the reranker read only the beginning.';
comment on column pgrerank.rerank_log.final_ranks is 'Place in the final order, from 1.';
comment on column pgrerank.rerank_log.crowded_ranks is
'Places in the final order of candidates that per_document removed; null: none.';
comment on column pgrerank.rerank_log.cascade_id is
'Id of the model of the first step of a cascade; null: there was none.';
comment on column pgrerank.rerank_log.cascade_scores is
'Raw score of the first step; null inside: not scored there; null: there was no cascade.';
comment on column pgrerank.rerank_log.base_parts is
'Log-odds of relevance of an average candidate; null inside: not reranked; null: nothing was, or '
'the documents were supplied.';
comment on column pgrerank.rerank_log.reranker_parts is
'What the rerank score adds to the log-odds of relevance; null inside: not reranked; null: '
'nothing was, or the documents were supplied.';
comment on column pgrerank.rerank_log.similarity_parts is
'What the cosine similarity adds to the log-odds; null inside: not reranked; null: nothing was, or '
'the documents were supplied.';
comment on column pgrerank.rerank_log.words_parts is
'What BM25 adds to the log-odds; null inside: not reranked; null: nothing was, or '
'the documents were supplied.';
comment on column pgrerank.rerank_log.agreement_parts is
'What the similarity to the best candidates adds to the log-odds; null inside: not reranked; '
'null: nothing was, or the documents were supplied.';
comment on column pgrerank.rerank_log.boosts is
'What terms and fields of the collection added to the log-odds, or, of supplied documents, to the '
'rerank score; null: nothing.';
comment on column pgrerank.rerank_log.calibration_id is
'Id of the calibration that was applied; null: none. No foreign key: the log outlives what it '
'names.';
comment on column pgrerank.rerank_log.answerable is
'Probability that at least one candidate is relevant, 0 to 1; null: no calibration gives it.';
comment on column pgrerank.rerank_log.dialect is
'How documents were supplied: native, or the system whose API the caller speaks; null: a search.';
comment on column pgrerank.rerank_log.document_hashes is
'SHA-256 of the text of each supplied document; null: a search.';
comment on column pgrerank.rerank_log.document_texts is
'Text of each supplied document; null: a search, or the tenant keeps no texts.';
comment on column pgrerank.rerank_log.key_id is
'Id of the API key that asked, as `pgrerank key list` shows it; null: the command line asked. No '
'foreign key: the log outlives what it names.';
comment on column pgrerank.rerank_log.end_user_id is
'The caller''s own user, 1 to 200 characters, as the caller named them; null: not named.';
comment on column pgrerank.rerank_log.warnings is
'Reasons to distrust the order, in words, such as a query that the models cannot read; usually '
'empty.';
