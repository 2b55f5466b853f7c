-- eval_run: one row for each stored evaluation, with the parameters of its searches and its models.
-- Rows: those of tenants granted to the current login. Times are milliseconds of a whole search.
create view pgrerank_analytics.eval_run
with (security_invoker = true)
as
select
    t.name as tenant,
    c.name as collection,
    r.id as evaluation_id,
    r.created_at,
    r.label,
    r.judgments,
    r.strategy,
    r.knobs,
    e.name as embedder,
    m.name as reranker,
    m.fingerprint as reranker_fingerprint,
    r.queries,
    r.p50_ms,
    r.p95_ms
from pgrerank.eval_run as r
inner join pgrerank.tenant as t on r.tenant_id = t.id
inner join pgrerank.collection as c
    on
        r.tenant_id = c.tenant_id
        and r.collection_id = c.id
left join pgrerank.model as e on r.embedder_id = e.id
left join pgrerank.model as m on r.reranker_id = m.id;

grant select on pgrerank_analytics.eval_run to pgrerank_analyst;

comment on view pgrerank_analytics.eval_run is
'One row for each stored evaluation: what was asked of the searches, and of which models. A '
'collection that is deleted takes its evaluations along.';
comment on column pgrerank_analytics.eval_run.tenant is 'Name of the tenant.';
comment on column pgrerank_analytics.eval_run.collection is 'Name of the collection.';
comment on column pgrerank_analytics.eval_run.evaluation_id is 'Id of the evaluation.';
comment on column pgrerank_analytics.eval_run.created_at is 'When it was made.';
comment on column pgrerank_analytics.eval_run.label is
'What its maker calls it; several evaluations may share one; null: none.';
comment on column pgrerank_analytics.eval_run.judgments is
'stored, or the name of the labelled folder that the judgments came from.';
comment on column pgrerank_analytics.eval_run.strategy is
'Which legs found candidates: dense, keyword, hybrid or tiered.';
comment on column pgrerank_analytics.eval_run.knobs is
'Settings as JSON: candidates, depth, rerank, cascade, profile, and under retrieval the settings '
'of the first stage.';
comment on column pgrerank_analytics.eval_run.embedder is 'Name of the embedder; null: none ran.';
comment on column pgrerank_analytics.eval_run.reranker is 'Name of the reranker; null: none ran.';
comment on column pgrerank_analytics.eval_run.reranker_fingerprint is
'Fingerprint of that model: models of one fingerprint give the same scores, scores of different '
'ones must not be compared.';
comment on column pgrerank_analytics.eval_run.queries is 'How many queries were searched.';
comment on column pgrerank_analytics.eval_run.p50_ms is
'Median time of a whole search in milliseconds.';
comment on column pgrerank_analytics.eval_run.p95_ms is
'95th percentile of that time in milliseconds.';
