-- ranking_document: one row for each document of each ranking of documents that the caller brought.
-- Rows: those of tenants granted to the login that asks. `place` is where the caller had it, from
-- 1; `document_hash` is the SHA-256 of its text in hexadecimal digits; `content` is null where the
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
    u.place,
    u.rerank_score,
    u.relevance,
    u.truncated,
    u.content,
    encode(u.document_hash, 'hex') as document_hash,
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
            document_hash,
            content
        )
inner join pgrerank.tenant as t on l.tenant_id = t.id
where l.document_hashes is not null;

grant select on pgrerank_analytics.ranking_document to pgrerank_analyst;
