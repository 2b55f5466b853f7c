-- judgment: one row for each time somebody graded a document for a query.
-- Rows: those of tenants granted to the login that asks. The title is of today: null where the
-- document is not stored.
create view pgrerank_analytics.judgment
with (security_invoker = true)
as
select
    t.name as tenant,
    j.id as judgment_id,
    j.created_at,
    c.name as collection,
    j.query,
    j.external_id,
    d.title,
    j.chunk_id,
    j.grade,
    j.source,
    j.judged_by
from pgrerank.judgment as j
inner join pgrerank.tenant as t on j.tenant_id = t.id
inner join pgrerank.collection as c
    on
        j.tenant_id = c.tenant_id
        and j.collection_id = c.id
left join pgrerank.document as d
    on
        j.tenant_id = d.tenant_id
        and j.collection_id = d.collection_id
        and j.external_id = d.external_id;

grant select on pgrerank_analytics.judgment to pgrerank_analyst;
