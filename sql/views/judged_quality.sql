-- judged_quality: quality of searches of the last 28 days whose queries are judged, by tenant,
-- collection and reranker.
-- Rows: those of tenants granted to the current login; computed by the job `drift`.
create view pgrerank_analytics.judged_quality
with (security_invoker = true)
as
select
    t.name as tenant,
    c.name as collection,
    m.name as reranker,
    m.fingerprint as reranker_fingerprint,
    q.counted_at,
    q.queries,
    q.ndcg_without,
    q.ndcg_with,
    q.calibrated_pairs,
    q.calibration_error,
    q.ndcg_with - q.ndcg_without as lift
from pgrerank.judged_quality as q
inner join pgrerank.tenant as t on q.tenant_id = t.id
inner join pgrerank.model as m on q.reranker_id = m.id
inner join pgrerank.collection as c
    on
        q.tenant_id = c.tenant_id
        and q.collection_id = c.id;

grant select on pgrerank_analytics.judged_quality to pgrerank_analyst;

comment on view pgrerank_analytics.judged_quality is
'How good the searches of the last 28 days were where their queries are judged, by tenant, '
'collection and reranker. Of each query the newest search counts. Counted by `pgrerank worker`.';
comment on column pgrerank_analytics.judged_quality.tenant is 'Name of the tenant.';
comment on column pgrerank_analytics.judged_quality.collection is 'Name of the collection.';
comment on column pgrerank_analytics.judged_quality.reranker is 'Name of the reranker.';
comment on column pgrerank_analytics.judged_quality.reranker_fingerprint is
'Fingerprint of that model: models of one fingerprint give the same scores, scores of different '
'ones must not be compared.';
comment on column pgrerank_analytics.judged_quality.counted_at is 'When the row was counted.';
comment on column pgrerank_analytics.judged_quality.queries is
'Judged queries with a relevant document that were asked.';
comment on column pgrerank_analytics.judged_quality.ndcg_without is
'Mean nDCG@10 of the fused order, 0 to 1.';
comment on column pgrerank_analytics.judged_quality.ndcg_with is
'Mean nDCG@10 of the final order, 0 to 1.';
comment on column pgrerank_analytics.judged_quality.calibrated_pairs is
'Judged results with a probability, of documents of which nothing was judged before their '
'calibration was made.';
comment on column pgrerank_analytics.judged_quality.calibration_error is
'Expected calibration error over those pairs, ten bins of equal mass, 0 to 1; null: no such '
'pairs. Only judged results count.';
comment on column pgrerank_analytics.judged_quality.lift is 'ndcg_with less ndcg_without, -1 to 1.';
