-- related_document: one row for each document in the stored list of another.
-- Rows: those of tenants granted to the current login.
create view pgrerank_analytics.related_document
with (security_invoker = true)
as
select
    t.name as tenant,
    c.name as collection,
    d.external_id as document,
    d.title,
    u.place as related_rank,
    o.external_id as related,
    o.title as related_title,
    u.score,
    m.name as model,
    l.renewed_at,
    l.due_revision <= l.list_revision and l.text_hash = d.text_hash as is_fresh
from pgrerank.related_list as l
inner join pgrerank.enrichment as e
    on
        l.tenant_id = e.tenant_id
        and l.collection_id = e.collection_id
inner join pgrerank.collection as c
    on
        l.tenant_id = c.tenant_id
        and l.collection_id = c.id
inner join pgrerank.tenant as t on l.tenant_id = t.id
inner join pgrerank.model as m on e.reranker_id = m.id
inner join pgrerank.document as d
    on
        l.tenant_id = d.tenant_id
        and l.document_id = d.id
cross join lateral unnest(l.numbers, l.scores) with ordinality as u (number, score, place)
inner join pgrerank.related_list as r
    on
        l.tenant_id = r.tenant_id
        and l.collection_id = r.collection_id
        and u.number = r.number
inner join pgrerank.document as o
    on
        r.tenant_id = o.tenant_id
        and r.document_id = o.id;

grant select on pgrerank_analytics.related_document to pgrerank_analyst;

comment on view pgrerank_analytics.related_document is
'One row for each document in the list of documents related to another, in collections that '
'`pgrerank enrich` keeps. Name a document or a rank: a list has up to 1,000 rows.';
comment on column pgrerank_analytics.related_document.tenant is 'Name of the tenant.';
comment on column pgrerank_analytics.related_document.collection is 'Name of the collection.';
comment on column pgrerank_analytics.related_document.document is
'Id of the document whose list it is, as its owner names it.';
comment on column pgrerank_analytics.related_document.title is 'Title of that document.';
comment on column pgrerank_analytics.related_document.related_rank is
'Place in the list, from 1; a deleted document leaves a gap until the list is renewed.';
comment on column pgrerank_analytics.related_document.related is 'Id of the related document.';
comment on column pgrerank_analytics.related_document.related_title is
'Title of the related document.';
comment on column pgrerank_analytics.related_document.score is
'Score of the related document for the document as query, in the unit of the model.';
comment on column pgrerank_analytics.related_document.model is
'Name of the model that the scores are from.';
comment on column pgrerank_analytics.related_document.renewed_at is 'When the list was stored.';
comment on column pgrerank_analytics.related_document.is_fresh is
'Whether no change is known that may affect the list.';
