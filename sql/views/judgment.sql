-- judgment: one row for each stored grade of a document for a query.
-- Rows: those of tenants granted to the current login. The title is the present one: null if the
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
    j.external_id as document_id,
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

comment on view pgrerank_analytics.judgment is
'One row for each time somebody graded a document or chunk for a query. Conflicts are not '
'resolved: judgment_grade does.';
comment on column pgrerank_analytics.judgment.tenant is 'Name of the tenant.';
comment on column pgrerank_analytics.judgment.judgment_id is
'Id of the judgment; ids rise with time.';
comment on column pgrerank_analytics.judgment.created_at is 'When it was stored.';
comment on column pgrerank_analytics.judgment.collection is 'Name of the collection.';
comment on column pgrerank_analytics.judgment.query is 'Text of the query that was judged.';
comment on column pgrerank_analytics.judgment.document_id is
'Id of the document as its owner names it.';
comment on column pgrerank_analytics.judgment.title is
'Title of the document, of today; null: the document is not stored.';
comment on column pgrerank_analytics.judgment.chunk_id is
'Id of the chunk that was judged; null: the document as a whole was.';
comment on column pgrerank_analytics.judgment.grade is
'0 (not relevant) to 3 (the best there is); 1 or more counts as relevant.';
comment on column pgrerank_analytics.judgment.source is
'How it came: human, llm (a language model), import, click, used, thumbs and the like.';
comment on column pgrerank_analytics.judgment.judged_by is 'Who judged; null: not known.';
