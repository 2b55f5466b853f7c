-- rerank_log: one row for each search, in readable columns.
-- Rows: those of tenants granted to the login that asks.
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
    l.depth as reranked,
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
    (l.cut ->> 'min_similarity')::integer as cut_by_similarity,
    (l.cut ->> 'min_score')::integer as cut_by_score,
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
