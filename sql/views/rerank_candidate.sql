-- rerank_candidate: one row for each candidate of each search, with its ranks and scores by stage.
-- Rows: those of tenants granted to the current login. A rank or score is null if its stage did not
-- see the candidate. `document_id`, `title`, `ordinal` and `content` are the present ones: null if
-- the chunk was deleted or replaced since, and for supplied documents.
create view pgrerank_analytics.rerank_candidate
with (security_invoker = true)
as
select
    t.name as tenant,
    l.id as ranking_id,
    l.created_at,
    l.collection_name as collection,
    l.query,
    u.final_rank,
    u.fused_rank,
    u.fused_score,
    u.dense_rank,
    u.dense_score,
    u.keyword_rank,
    u.keyword_score,
    u.sparse_rank,
    u.sparse_score,
    u.cascade_score,
    u.rerank_score,
    u.base_part,
    u.reranker_part,
    u.similarity_part,
    u.words_part,
    u.agreement_part,
    u.relevance,
    u.truncated,
    u.chunk_id,
    d.external_id as document_id,
    d.title,
    c.ordinal,
    c.content,
    coalesce(u.boost, 0) as boost,
    u.base_part + u.reranker_part + u.similarity_part + u.words_part
    + u.agreement_part + coalesce(u.boost, 0) as log_odds
from pgrerank.rerank_log as l
cross join
    unnest(
        l.chunk_ids,
        l.dense_ranks,
        l.dense_scores,
        l.keyword_ranks,
        l.keyword_scores,
        l.sparse_ranks,
        l.sparse_scores,
        l.fused_ranks,
        l.fused_scores,
        l.cascade_scores,
        l.rerank_scores,
        l.base_parts,
        l.reranker_parts,
        l.similarity_parts,
        l.words_parts,
        l.agreement_parts,
        l.boosts,
        l.relevances,
        l.truncated,
        l.final_ranks
    )
        as u (
            chunk_id,
            dense_rank,
            dense_score,
            keyword_rank,
            keyword_score,
            sparse_rank,
            sparse_score,
            fused_rank,
            fused_score,
            cascade_score,
            rerank_score,
            base_part,
            reranker_part,
            similarity_part,
            words_part,
            agreement_part,
            boost,
            relevance,
            truncated,
            final_rank
        )
inner join pgrerank.tenant as t on l.tenant_id = t.id
left join pgrerank.chunk as c
    on
        l.tenant_id = c.tenant_id
        and u.chunk_id = c.id
left join pgrerank.document as d
    on
        c.tenant_id = d.tenant_id
        and c.document_id = d.id;

grant select on pgrerank_analytics.rerank_candidate to pgrerank_analyst;

comment on view pgrerank_analytics.rerank_candidate is
'One row for each candidate of each search, with the places and scores that every stage gave it. '
'Ranks count from 1. A rank or score is null where its stage did not see the candidate. Reads '
'the log: name an interval of created_at.';
comment on column pgrerank_analytics.rerank_candidate.tenant is 'Name of the tenant.';
comment on column pgrerank_analytics.rerank_candidate.ranking_id is
'Id of the search or ranking, as the answer carried it.';
comment on column pgrerank_analytics.rerank_candidate.created_at is 'When the search was made.';
comment on column pgrerank_analytics.rerank_candidate.collection is
'Name of the collection as it was then, also where it has been deleted since; null: the caller '
'supplied the documents and named none.';
comment on column pgrerank_analytics.rerank_candidate.query is 'Text of the query.';
comment on column pgrerank_analytics.rerank_candidate.final_rank is
'Place in the final order. Only the first result_limit that no threshold removed reached the '
'caller.';
comment on column pgrerank_analytics.rerank_candidate.fused_rank is
'Place after fusion; of supplied documents, their place in the caller''s order.';
comment on column pgrerank_analytics.rerank_candidate.fused_score is
'Score after fusion: with rrf the sum of weight / (k + rank) over the legs, with weighted the '
'sum of weight times the scaled score.';
comment on column pgrerank_analytics.rerank_candidate.dense_rank is
'Place in the dense leg; null: it did not find the chunk.';
comment on column pgrerank_analytics.rerank_candidate.dense_score is
'Cosine similarity of query and chunk, -1 to 1; null: the dense leg did not find the chunk.';
comment on column pgrerank_analytics.rerank_candidate.keyword_rank is
'Place in the keyword leg; null: it did not find the chunk.';
comment on column pgrerank_analytics.rerank_candidate.keyword_score is
'BM25 score, above 0; null: the keyword leg did not find the chunk.';
comment on column pgrerank_analytics.rerank_candidate.sparse_rank is
'Place in the sparse leg; null: it did not find the chunk.';
comment on column pgrerank_analytics.rerank_candidate.sparse_score is
'Inner product of the learned weights, above 0; null: the sparse leg did not find the chunk.';
comment on column pgrerank_analytics.rerank_candidate.cascade_score is
'Raw score of the first step of a cascade, in the unit of its model; null: not scored there.';
comment on column pgrerank_analytics.rerank_candidate.rerank_score is
'Raw score of the reranker, in the unit of its model; null: not reranked.';
comment on column pgrerank_analytics.rerank_candidate.base_part is
'Log-odds of relevance of an average candidate; null: not reranked, or a supplied document to '
'which no calibration was applied.';
comment on column pgrerank_analytics.rerank_candidate.reranker_part is
'What the rerank score adds to the log-odds of relevance; null as base_part.';
comment on column pgrerank_analytics.rerank_candidate.similarity_part is
'What the cosine similarity adds to the log-odds; null as base_part.';
comment on column pgrerank_analytics.rerank_candidate.words_part is
'What BM25 adds to the log-odds; null as base_part.';
comment on column pgrerank_analytics.rerank_candidate.agreement_part is
'What the similarity to the best candidates adds to the log-odds; null as base_part.';
comment on column pgrerank_analytics.rerank_candidate.relevance is
'Probability of relevance as it was served, 0 to 1; never rises with final_rank, unless the search '
'asked for diversity; null: no calibration.';
comment on column pgrerank_analytics.rerank_candidate.truncated is
'Whether the reranker read only the beginning of the text.';
comment on column pgrerank_analytics.rerank_candidate.chunk_id is
'Id of the chunk; null: the caller supplied the document.';
comment on column pgrerank_analytics.rerank_candidate.document_id is
'Id of the document as its owner names it, of today; null: the chunk was deleted or replaced '
'since, or the caller supplied the document.';
comment on column pgrerank_analytics.rerank_candidate.title is
'Title of the document, of today; null as document_id.';
comment on column pgrerank_analytics.rerank_candidate.ordinal is
'Place of the chunk in its document, from 0, of today; null as document_id.';
comment on column pgrerank_analytics.rerank_candidate.content is
'Text of the chunk, of today; null as document_id.';
comment on column pgrerank_analytics.rerank_candidate.boost is
'What terms and fields of the collection added to the log-odds or, where there are none, to the '
'rerank score; 0: nothing.';
comment on column pgrerank_analytics.rerank_candidate.log_odds is
'Log-odds of relevance, which order the reranked candidates: the sum of the parts and of boost; '
'null as base_part.';
