-- eval_query: one row for each query of each stored evaluation, with the grades of what it found.
-- Rows: those of tenants granted to the login that asks. total_ms: of the whole search.
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
