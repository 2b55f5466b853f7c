-- eval_metric: one row for each measure of each query of each stored evaluation, 0 to 1.
-- Rows: those of tenants granted to the current login.
create view pgrerank_analytics.eval_metric
with (security_invoker = true)
as
select
    t.name as tenant,
    m.eval_run_id as evaluation_id,
    q.query,
    m.measure,
    m.value
from pgrerank.eval_metric as m
inner join pgrerank.eval_query as q
    on
        m.tenant_id = q.tenant_id
        and m.eval_run_id = q.eval_run_id
        and m.query_hash = q.query_hash
inner join pgrerank.tenant as t on m.tenant_id = t.id;

grant select on pgrerank_analytics.eval_metric to pgrerank_analyst;

comment on view pgrerank_analytics.eval_metric is
'One row for each measure of each query of each stored evaluation.';
comment on column pgrerank_analytics.eval_metric.tenant is 'Name of the tenant.';
comment on column pgrerank_analytics.eval_metric.evaluation_id is 'Id of the evaluation.';
comment on column pgrerank_analytics.eval_metric.query is 'Text of the query.';
comment on column pgrerank_analytics.eval_metric.measure is
'nDCG@10, RR@10, P@5, AP, R@100 (of the list before reranking) or Judged@10.';
comment on column pgrerank_analytics.eval_metric.value is 'Value of the measure, 0 to 1.';
