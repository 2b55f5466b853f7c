-- ranking_document: one row for each document of each ranking of supplied documents.
-- Rows: those of tenants granted to the current login. `index` is the position in the request,
-- from 0; `content_hash` is the SHA-256 of its text in hexadecimal digits; `text` is null if the
-- tenant keeps no texts.
create view pgrerank_analytics.ranking_document
with (security_invoker = true)
as
select
    t.name as tenant,
    l.id as ranking_id,
    l.created_at,
    l.dialect,
    l.collection_name as collection,
    l.query,
    u.final_rank,
    u.rerank_score,
    u.relevance,
    u.truncated,
    u.text,
    u.place - 1 as index,
    encode(u.content_hash, 'hex') as content_hash,
    coalesce(u.boost, 0) as boost
from pgrerank.rerank_log as l
cross join
    unnest(
        l.final_ranks,
        l.fused_ranks,
        l.rerank_scores,
        l.relevances,
        l.boosts,
        l.truncated,
        l.document_hashes,
        l.document_texts
    )
        as u (
            final_rank,
            place,
            rerank_score,
            relevance,
            boost,
            truncated,
            content_hash,
            text
        )
inner join pgrerank.tenant as t on l.tenant_id = t.id
where l.document_hashes is not null;

grant select on pgrerank_analytics.ranking_document to pgrerank_analyst;

comment on view pgrerank_analytics.ranking_document is
'One row for each document of each ranking of documents that a caller supplied. Rankings that '
'were refused have none.';
comment on column pgrerank_analytics.ranking_document.tenant is 'Name of the tenant.';
comment on column pgrerank_analytics.ranking_document.ranking_id is
'Id of the search or ranking, as the answer carried it.';
comment on column pgrerank_analytics.ranking_document.created_at is
'When the ranking was made. Name an interval of it: only its months are read.';
comment on column pgrerank_analytics.ranking_document.dialect is
'native, or the system whose API the caller speaks.';
comment on column pgrerank_analytics.ranking_document.collection is
'Name of the collection whose settings the caller asked for; null: none.';
comment on column pgrerank_analytics.ranking_document.query is 'Text of the query.';
comment on column pgrerank_analytics.ranking_document.final_rank is
'Place in the new order, from 1.';
comment on column pgrerank_analytics.ranking_document.index is
'Place in the caller''s order, from 0.';
comment on column pgrerank_analytics.ranking_document.rerank_score is
'Raw score of the reranker, in the unit of its model; null: not reranked.';
comment on column pgrerank_analytics.ranking_document.relevance is
'Probability of relevance as it was served, 0 to 1; null: no calibration.';
comment on column pgrerank_analytics.ranking_document.truncated is
'Whether the reranker read only the beginning of the text.';
comment on column pgrerank_analytics.ranking_document.text is
'Text that the reranker read; null: the tenant keeps no texts.';
comment on column pgrerank_analytics.ranking_document.content_hash is
'SHA-256 of that text in hexadecimal digits: equal texts have equal hashes.';
comment on column pgrerank_analytics.ranking_document.boost is
'What terms of the collection added to the score that orders; 0: nothing.';
