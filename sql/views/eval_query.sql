-- eval_query: one row for each query of each stored evaluation, with the grades of its results.
-- Rows: those of tenants granted to the current login. total_ms: of the whole search.
create view pgrerank_analytics.eval_query
with (security_invoker = true)
as
select
    t.name as tenant,
    q.eval_run_id as evaluation_id,
    q.query,
    q.status,
    q.total_ms,
    q.external_ids,
    q.grades,
    q.first_stage_grades,
    q.judged_grades
from pgrerank.eval_query as q
inner join pgrerank.tenant as t on q.tenant_id = t.id;

grant select on pgrerank_analytics.eval_query to pgrerank_analyst;

comment on view pgrerank_analytics.eval_query is
'One row for each query of each stored evaluation, with the grades of what it found.';
comment on column pgrerank_analytics.eval_query.tenant is 'Name of the tenant.';
comment on column pgrerank_analytics.eval_query.evaluation_id is 'Id of the evaluation.';
comment on column pgrerank_analytics.eval_query.query is 'Text of the query.';
comment on column pgrerank_analytics.eval_query.status is
'What became of the rerank stage: full, partial, skipped or failed, as in rerank_log.';
comment on column pgrerank_analytics.eval_query.total_ms is
'Time of the whole search in milliseconds.';
comment on column pgrerank_analytics.eval_query.external_ids is
'The first 100 documents of the answer, in their order.';
comment on column pgrerank_analytics.eval_query.grades is
'Grades of all documents that were found, in the order of the answer; null inside: nobody judged '
'it.';
comment on column pgrerank_analytics.eval_query.first_stage_grades is
'The same in the order before reranking.';
comment on column pgrerank_analytics.eval_query.judged_grades is
'Grades of all judged documents of the query, found or not, in no order.';
