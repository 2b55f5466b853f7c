-- hybrid_candidates_v1: the candidates of a search: both legs, fused, with what a reranker and an
-- answer need, in one round trip and one snapshot.
-- Arguments: collection_id; model_id, the embedder; embedding, null for no dense leg; query, null
--     for no keyword leg; candidates, rows wanted of each leg; texts, how many of the fused list
--     come with their content; filter and min_similarity as in dense_leg_v1.
-- Returns: one row per candidate in fused order, and on each the reports of the legs (null where
--     a leg was off). A search that finds nothing returns one row with the reports alone.
-- Called by: queries/candidates.sql.
create function pgrerank.hybrid_candidates_v1(
    collection_id uuid,
    model_id uuid,
    embedding public.vector,
    query text,
    candidates integer,
    texts integer,
    filter jsonpath default null,
    min_similarity double precision default null
)
returns table (
    dense_returned integer,
    dense_scan text,
    below_similarity integer,
    keyword_returned integer,
    keyword_scan text,
    chunk_id uuid,
    document_id uuid,
    external_id text,
    title text,
    uri text,
    metadata jsonb,
    ordinal integer,
    content text,
    content_hash bytea,
    dense_rank integer,
    dense_score double precision,
    keyword_rank integer,
    keyword_score double precision,
    fused_rank integer,
    fused_score double precision
)
language plpgsql stable security definer
set search_path = ''
set plan_cache_mode = force_custom_plan
set jit = off
set enable_seqscan = off
as $$
declare
    tenant constant uuid := pgrerank.current_tenant_v1();
    dense record;
    keyword record;
begin
    select l.*, cardinality(l.chunk_ids) as returned
    into dense
    from pgrerank.dense_leg_v1(
        collection_id, model_id, embedding, candidates, filter, min_similarity
    ) as l
    where embedding is not null;
    select l.*, cardinality(l.chunk_ids) as returned
    into keyword
    from pgrerank.keyword_leg_v1(collection_id, query, candidates, filter) as l
    where query is not null;
    return query
    select
        dense.returned,
        dense.scan,
        dense.below_similarity,
        keyword.returned,
        keyword.scan,
        f.chunk_id,
        c.document_id,
        d.external_id,
        d.title,
        d.uri,
        d.metadata,
        c.ordinal,
        case when f.fused_rank <= texts then c.content end,
        c.content_hash,
        f.dense_rank,
        f.dense_score,
        f.keyword_rank,
        f.keyword_score,
        f.fused_rank,
        f.fused_score
    from (values (true)) as report (is_made)
    left join pgrerank.fuse_v1(
        dense.chunk_ids, dense.scores, keyword.chunk_ids, keyword.scores
    ) as f on report.is_made
    left join pgrerank.chunk as c on c.tenant_id = tenant and c.id = f.chunk_id
    left join pgrerank.document as d on d.tenant_id = tenant and d.id = c.document_id
    order by f.fused_rank;
end
$$;

grant execute on function pgrerank.hybrid_candidates_v1(
    uuid, uuid, public.vector, text, integer, integer, jsonpath, double precision
) to pgrerank_app;
