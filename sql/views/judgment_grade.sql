-- judgment_grade: one row for each judged query and document or chunk, conflicts resolved.
-- Rows: those of tenants granted to the current login.
create view pgrerank_analytics.judgment_grade
with (security_invoker = true)
as
select
    t.name as tenant,
    c.name as collection,
    g.query,
    g.external_id as document_id,
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

comment on view pgrerank_analytics.judgment_grade is
'One row for each judged query and document or chunk, conflicts resolved: the newest grade of '
'each judge counts; judges who differ on relevance cancel out, else the lowest grade holds. '
'Feedback of users and grades of language models are left out.';
comment on column pgrerank_analytics.judgment_grade.tenant is 'Name of the tenant.';
comment on column pgrerank_analytics.judgment_grade.collection is 'Name of the collection.';
comment on column pgrerank_analytics.judgment_grade.query is 'Text of the query that was judged.';
comment on column pgrerank_analytics.judgment_grade.document_id is
'Id of the document as its owner names it.';
comment on column pgrerank_analytics.judgment_grade.chunk_id is
'Id of the chunk; null: the document as a whole was judged.';
comment on column pgrerank_analytics.judgment_grade.grade is
'0 (not relevant) to 3; 1 or more counts as relevant.';
comment on column pgrerank_analytics.judgment_grade.judgments is
'How many judgments say so, 1 or more.';
