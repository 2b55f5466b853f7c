-- hybrid_candidates_v1: the candidates of a search: its legs, fused, with all that reranker and
-- response need, in one round trip and one snapshot.
-- Arguments: collection_id; model_id, the embedder; embedding, null for no dense leg; query, null
--     for no keyword leg; weights, of the query, null for no sparse leg; candidates, rows wanted
--     of each leg; chunk_count, filter and min_similarity as in dense_leg_v1; texts, how many of
--     the fused list include their content; is_tiered, whether the keyword leg ranks only what a
--     dense leg of ten times the candidates (at most 1,000) found, and the fused list is cut to
--     the candidates; k1, b and title_boost as in keyword_leg_v1; fusion to sparse_weight as in
--     fuse_v1; tokens, how many of the fused list include their token vectors of token_model_id, if
--     stored; embeddings, how many include their embedding.
-- Returns: one row per candidate in fused order, each with the reports of the legs (null for a leg
--     that was off). A search without candidates returns one row with only the reports. No row if
--     there is no such collection.
-- Errors: PR001 if candidates, texts, rrf_k or the length of the query are out of bounds.
-- Called by: queries/candidates.sql.
--
-- Security definer: under row-level security, indexes are not used for operators that are not
-- leakproof, such as those of full-text search and of vectors. All functions it calls run as the
-- owner too and filter by tenant themselves.
--
-- Rows are looked up by their keys, which `offset 0` fixes: a planner without statistics would join
-- all chunks and documents of the tenant. So one plan suits all searches, and each connection makes
-- it once.
create function pgrerank.hybrid_candidates_v1(
    collection_id uuid,
    model_id uuid,
    embedding public.vector,
    query text,
    weights public.sparsevec,
    candidates integer,
    chunk_count bigint,
    texts integer,
    filter jsonpath,
    min_similarity double precision,
    is_tiered boolean,
    k1 double precision,
    b double precision,
    title_boost double precision,
    fusion text,
    rrf_k integer,
    dense_weight double precision,
    keyword_weight double precision,
    sparse_weight double precision,
    tokens integer,
    token_model_id uuid,
    embeddings integer
)
returns table (
    dense_requested integer,
    dense_returned integer,
    dense_scan text,
    below_similarity integer,
    keyword_returned integer,
    keyword_scan text,
    sparse_returned integer,
    sparse_scan text,
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
    sparse_rank integer,
    sparse_score double precision,
    fused_rank integer,
    fused_score double precision,
    token_vectors bytea,
    chunk_embedding public.vector
)
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
set jit = off
set enable_seqscan = off
as $$
declare
    tenant constant uuid := pgrerank.current_tenant_v1();
    requested constant integer := case
        when is_tiered then greatest(least(10 * candidates, 1000), candidates) else candidates
    end;
    dense record;
    keyword record;
    sparse record;
begin
    if
        not coalesce(
            candidates between 1 and 1000
            and texts between 0 and 3000
            and rrf_k between 0 and 10000
            and (query is null or length(query) <= 100000),
            false
        )
    then
        raise exception using
            errcode = 'PR001',
            message = format(
                'candidates must be from 1 to 1000, texts from 0 to 3000, rrf_k from 0 to 10000, '
                'a query at most 100000 characters long; not %s, %s, %s, %s',
                candidates, texts, rrf_k, length(query)
            );
    end if;
    select l.*, cardinality(l.chunk_ids) as returned
    into dense
    from pgrerank.dense_leg_v1(
        collection_id, model_id, embedding, requested, chunk_count, filter, min_similarity
    ) as l
    where embedding is not null;
    select l.*, cardinality(l.chunk_ids) as returned
    into keyword
    from pgrerank.keyword_leg_v1(
        collection_id, query, requested, filter, k1, b, title_boost,
        case when is_tiered then coalesce(dense.chunk_ids, '{}') end
    ) as l
    where query is not null;
    select l.*, cardinality(l.chunk_ids) as returned
    into sparse
    from pgrerank.sparse_leg_v1(collection_id, weights, candidates, filter) as l
    where weights is not null;
    return query
    select
        requested,
        dense.returned,
        dense.scan,
        dense.below_similarity,
        keyword.returned,
        keyword.scan,
        sparse.returned,
        sparse.scan,
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
        f.sparse_rank,
        f.sparse_score,
        f.fused_rank,
        f.fused_score,
        case
            when f.fused_rank <= tokens
                then (
                    select t.vectors
                    from pgrerank.chunk_tokens as t
                    where
                        t.tenant_id = tenant
                        and t.chunk_id = f.chunk_id
                        and t.model_id = token_model_id
                )
        end,
        case
            when f.fused_rank <= embeddings
                then (
                    select coalesce(e.embedding, e.half::public.vector)
                    from pgrerank.chunk_embedding as e
                    where
                        e.tenant_id = tenant
                        and e.collection_id = hybrid_candidates_v1.collection_id
                        and e.model_id = hybrid_candidates_v1.model_id
                        and e.chunk_id = f.chunk_id
                )
        end
    from (
        select o.id
        from pgrerank.collection as o
        where o.tenant_id = tenant and o.id = hybrid_candidates_v1.collection_id
    ) as here
    left join pgrerank.fuse_v1(
        dense.chunk_ids, dense.scores, keyword.chunk_ids, keyword.scores,
        sparse.chunk_ids, sparse.scores,
        fusion, rrf_k, dense_weight, keyword_weight, sparse_weight
    ) as f on not is_tiered or f.fused_rank <= candidates
    left join lateral (
        select
            k.document_id,
            k.ordinal,
            k.content,
            k.content_hash
        from pgrerank.chunk as k
        where k.tenant_id = tenant and k.id = f.chunk_id
        offset 0
    ) as c on true
    left join lateral (
        select
            p.external_id,
            p.title,
            p.uri,
            p.metadata
        from pgrerank.document as p
        where p.tenant_id = tenant and p.id = c.document_id
        offset 0
    ) as d on true
    order by f.fused_rank;
end
$$;

grant execute on function pgrerank.hybrid_candidates_v1(
    uuid, uuid, public.vector, text, public.sparsevec, integer, bigint, integer, jsonpath,
    double precision, boolean, double precision, double precision, double precision, text,
    integer, double precision, double precision, double precision, integer, uuid, integer
) to pgrerank_app;
