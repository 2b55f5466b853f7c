-- ranking: one row for each ranking of supplied documents.
-- Those that were refused have no documents in `ranking_document`.
-- Rows: those of tenants granted to the current login. `collection` is null if the caller named
-- none; `dialect` is `native` or the system whose API the caller used.
create view pgrerank_analytics.ranking
with (security_invoker = true)
as
select
    t.name as tenant,
    l.id as ranking_id,
    l.created_at,
    l.dialect,
    l.collection_name as collection,
    l.query,
    l.key_id,
    l.end_user_id,
    l.status,
    l.reason,
    l.warnings,
    l.depth as scored,
    l.returned,
    r.name as reranker,
    r.fingerprint as reranker_fingerprint,
    l.calibration_id,
    l.answerable as answerable_probability,
    (l.knobs ->> 'documents')::integer as documents,
    (l.knobs ->> 'tokens')::bigint as tokens,
    l.document_texts is not null as keeps_texts,
    (l.timings_ms ->> 'rerank')::double precision as rerank_ms,
    (l.timings_ms ->> 'total')::double precision as total_ms
from pgrerank.rerank_log as l
inner join pgrerank.tenant as t on l.tenant_id = t.id
left join pgrerank.model as r on l.reranker_id = r.id
where l.document_hashes is not null;

grant select on pgrerank_analytics.ranking to pgrerank_analyst;

comment on view pgrerank_analytics.ranking is
'One row for each ranking of documents that a caller supplied, by POST /v1/rankings or a '
'compatible API. The searches of collections are in rerank_log alone.';
comment on column pgrerank_analytics.ranking.tenant is 'Name of the tenant.';
comment on column pgrerank_analytics.ranking.ranking_id is
'Id of the search or ranking, as the answer carried it.';
comment on column pgrerank_analytics.ranking.created_at is
'When the ranking was made. Name an interval of it: only its months are read.';
comment on column pgrerank_analytics.ranking.dialect is
'native, or the system whose API the caller speaks: cohere, jina, voyage, tei, infinity or vllm.';
comment on column pgrerank_analytics.ranking.collection is
'Name of the collection whose settings the caller asked for; null: none.';
comment on column pgrerank_analytics.ranking.query is 'Text of the query.';
comment on column pgrerank_analytics.ranking.key_id is
'Id of the API key that asked, as `pgrerank key list` shows it; null: the command line asked.';
comment on column pgrerank_analytics.ranking.end_user_id is
'The caller''s own user, 1 to 200 characters, as the caller named them; null: not named.';
comment on column pgrerank_analytics.ranking.status is
'full, partial, skipped or failed, as in rerank_log. failed, and skipped without a budget, are '
'rankings that were refused with an error.';
comment on column pgrerank_analytics.ranking.reason is
'Why the status is not full, in words; null where it is.';
comment on column pgrerank_analytics.ranking.warnings is
'Reasons to distrust the order, in words, such as a query that the models cannot read; usually '
'empty.';
comment on column pgrerank_analytics.ranking.scored is 'How many documents got a rerank score.';
comment on column pgrerank_analytics.ranking.returned is 'How many results the answer held.';
comment on column pgrerank_analytics.ranking.reranker is 'Name of the reranker; null: none ran.';
comment on column pgrerank_analytics.ranking.reranker_fingerprint is
'Fingerprint of that model: models of one fingerprint give the same scores, scores of different '
'ones must not be compared.';
comment on column pgrerank_analytics.ranking.calibration_id is
'Id of the calibration that was applied; null: none.';
comment on column pgrerank_analytics.ranking.answerable_probability is
'Probability that at least one document is relevant, 0 to 1; null: no calibration gives it.';
comment on column pgrerank_analytics.ranking.documents is 'How many documents the caller supplied.';
comment on column pgrerank_analytics.ranking.tokens is
'Tokens that the reranker read in all pairs; 0: it does not tell.';
comment on column pgrerank_analytics.ranking.keeps_texts is
'Whether ranking_document has the texts of the documents.';
comment on column pgrerank_analytics.ranking.rerank_ms is 'Time to rerank in milliseconds.';
comment on column pgrerank_analytics.ranking.total_ms is
'Time of the whole ranking in milliseconds.';
