-- rerank_log: one row for each search, in readable columns.
-- Rows: those of tenants granted to the current login.
create view pgrerank_analytics.rerank_log
with (security_invoker = true)
as
select
    t.name as tenant,
    l.id as ranking_id,
    l.created_at,
    l.collection_name as collection,
    l.query,
    l.key_id,
    l.end_user_id,
    l.strategy,
    l.profile,
    l.status,
    l.reason,
    l.warnings,
    l.depth as scored,
    l.returned,
    e.name as embedder,
    r.name as reranker,
    r.fingerprint as reranker_fingerprint,
    f.name as cascade_model,
    f.fingerprint as cascade_fingerprint,
    l.dense_requested,
    l.dense_returned,
    l.dense_scan,
    l.keyword_requested,
    l.keyword_returned,
    l.keyword_scan,
    l.sparse_requested,
    l.sparse_returned,
    l.sparse_scan,
    l.limit_ as result_limit,
    l.knobs,
    (l.knobs ->> 'candidates')::integer as candidates,
    (l.knobs ->> 'depth')::integer as depth,
    nullif(l.knobs -> 'filter', 'null') as filter,
    (l.cut ->> 'min_similarity')::integer as cut_min_similarity,
    (l.cut ->> 'min_score')::integer as cut_min_score,
    coalesce((l.cut ->> 'per_document')::integer, 0) as cut_per_document,
    (l.timings_ms ->> 'embed')::double precision as embed_ms,
    (l.timings_ms ->> 'retrieve')::double precision as retrieve_ms,
    case
        when l.depth > 0 then (l.timings_ms ->> 'rerank')::double precision
    end as rerank_ms,
    (l.timings_ms ->> 'total')::double precision as total_ms
from pgrerank.rerank_log as l
inner join pgrerank.tenant as t on l.tenant_id = t.id
left join pgrerank.model as e on l.embedder_id = e.id
left join pgrerank.model as r on l.reranker_id = r.id
left join pgrerank.model as f on l.cascade_id = f.id;

grant select on pgrerank_analytics.rerank_log to pgrerank_analyst;

comment on view pgrerank_analytics.rerank_log is
'One row for each search, and for each ranking of documents that a caller supplied. Ranks count '
'from 1, times are milliseconds. Partitioned by month: name an interval of created_at.';
comment on column pgrerank_analytics.rerank_log.tenant is 'Name of the tenant.';
comment on column pgrerank_analytics.rerank_log.ranking_id is
'Id of the search or ranking, as the answer carried it.';
comment on column pgrerank_analytics.rerank_log.created_at is
'When the search was made. Name an interval of it: only its months are read.';
comment on column pgrerank_analytics.rerank_log.collection is
'Name of the collection as it was then, also where it has been deleted since; null: the caller '
'supplied the documents and named none.';
comment on column pgrerank_analytics.rerank_log.query is 'Text of the query.';
comment on column pgrerank_analytics.rerank_log.key_id is
'Id of the API key that asked, as `pgrerank key list` shows it; null: the command line asked.';
comment on column pgrerank_analytics.rerank_log.end_user_id is
'The caller''s own user, 1 to 200 characters, as the caller named them; null: not named.';
comment on column pgrerank_analytics.rerank_log.strategy is
'Which legs found candidates: dense, keyword, hybrid or tiered; none: the caller supplied the '
'documents.';
comment on column pgrerank_analytics.rerank_log.profile is
'interactive or batch, as asked; none: the caller supplied the documents.';
comment on column pgrerank_analytics.rerank_log.status is
'What became of the rerank stage. full: all of depth was reranked; partial: the time budget '
'ended before; skipped: nothing was reranked; failed: the reranker failed.';
comment on column pgrerank_analytics.rerank_log.reason is
'Why the status is not full, in words; null where it is.';
comment on column pgrerank_analytics.rerank_log.warnings is
'Reasons to distrust the order, in words, such as a query that the models cannot read; usually '
'empty.';
comment on column pgrerank_analytics.rerank_log.scored is
'How many candidates got a rerank score, 0 or more.';
comment on column pgrerank_analytics.rerank_log.returned is
'How many results the answer held, 0 or more.';
comment on column pgrerank_analytics.rerank_log.embedder is
'Name of the embedder; null: no dense leg ran.';
comment on column pgrerank_analytics.rerank_log.reranker is 'Name of the reranker; null: none ran.';
comment on column pgrerank_analytics.rerank_log.reranker_fingerprint is
'Fingerprint of that model: models of one fingerprint give the same scores, scores of different '
'ones must not be compared.';
comment on column pgrerank_analytics.rerank_log.cascade_model is
'Name of the model of the first step of a cascade; null: there was no cascade.';
comment on column pgrerank_analytics.rerank_log.cascade_fingerprint is
'Fingerprint of the cascade model.';
comment on column pgrerank_analytics.rerank_log.dense_requested is
'Rows asked of the dense leg; null: the leg was off.';
comment on column pgrerank_analytics.rerank_log.dense_returned is
'Rows that the dense leg gave; null: the leg was off.';
comment on column pgrerank_analytics.rerank_log.dense_scan is
'How the dense leg read: exact (all vectors) or hnsw (an index); null: the leg was off.';
comment on column pgrerank_analytics.rerank_log.keyword_requested is
'Rows asked of the keyword leg; null: the leg was off.';
comment on column pgrerank_analytics.rerank_log.keyword_returned is
'Rows that the keyword leg gave; null: the leg was off.';
comment on column pgrerank_analytics.rerank_log.keyword_scan is
'How the keyword leg read: gin (an index), `no terms` where the query held stop words only, '
'`gin, phrases relaxed` where no text held its phrases; null: the leg was off.';
comment on column pgrerank_analytics.rerank_log.sparse_requested is
'Rows asked of the sparse leg; null: the query had no weights.';
comment on column pgrerank_analytics.rerank_log.sparse_returned is
'Rows that the sparse leg gave; null: the query had no weights.';
comment on column pgrerank_analytics.rerank_log.sparse_scan is
'How the sparse leg read: exact, or no weights where no chunk has some; null: the query had no '
'weights.';
comment on column pgrerank_analytics.rerank_log.result_limit is
'How many results were asked for at most.';
comment on column pgrerank_analytics.rerank_log.knobs is
'All settings of the search as they were applied, as JSON.';
comment on column pgrerank_analytics.rerank_log.candidates is
'Rows asked of each leg, 1 to 1,000; null: the caller supplied the documents.';
comment on column pgrerank_analytics.rerank_log.depth is
'How many candidates were to be reranked, 0 to 1,000; scored says how many were.';
comment on column pgrerank_analytics.rerank_log.filter is
'Filter on metadata, as JSON; null: none.';
comment on column pgrerank_analytics.rerank_log.cut_min_similarity is
'Candidates of the dense leg that min_similarity removed.';
comment on column pgrerank_analytics.rerank_log.cut_min_score is
'Candidates that min_score removed.';
comment on column pgrerank_analytics.rerank_log.cut_per_document is
'Candidates that per_document removed: better chunks of their document were results.';
comment on column pgrerank_analytics.rerank_log.embed_ms is
'Time to embed the query; null: nothing was embedded.';
comment on column pgrerank_analytics.rerank_log.retrieve_ms is
'Time of the legs and their fusion; null: nothing was retrieved.';
comment on column pgrerank_analytics.rerank_log.rerank_ms is
'Time to rerank; null: nothing got a rerank score.';
comment on column pgrerank_analytics.rerank_log.total_ms is 'Time of the whole search.';
