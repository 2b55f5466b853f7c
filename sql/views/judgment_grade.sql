-- judgment_grade: one row for each judged query and document or chunk, conflicts resolved.
-- Rows: those of tenants granted to the login that asks.
create view pgrerank_analytics.judgment_grade
with (security_invoker = true)
as
select
    t.name as tenant,
    c.name as collection,
    g.query,
    g.external_id,
    g.chunk_id,
    g.grade,
    g.judgments
from pgrerank.judgment_grades_v1() as g
inner join pgrerank.tenant as t on g.tenant_id = t.id
inner join pgrerank.collection as c
    on
        g.tenant_id = c.tenant_id
        and g.collection_id = c.id;

grant select on pgrerank_analytics.judgment_grade to pgrerank_analyst;
