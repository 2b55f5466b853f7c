-- ranking: one row for each ranking of documents that the caller brought.
-- Those that were refused have no documents in `ranking_document`.
-- Rows: those of tenants granted to the login that asks. `collection` is null where the caller
-- named none; `dialect` is `native` or the system whose requests the caller speaks.
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
    l.depth as reranked,
    l.returned,
    r.name as reranker,
    r.fingerprint as reranker_fingerprint,
    l.calibration_id,
    l.answerable,
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
