-- leg_positions_v1: the rank of each chunk of a collection in the complete list of each leg.
-- Arguments: collection_id; model_id, the embedder; embedding, null for no dense leg; query, null
--     for no keyword leg; weights, of the query, null for no sparse leg; filter, k1, b and
--     title_boost as in keyword_leg_v1.
-- Returns: one row per chunk that a leg finds. Ranks count from 1; null if a leg does not find it.
-- Errors: as current_tenant_v1, if no tenant is set.
-- Called by: queries/history.sql.
--
-- Ranks the whole collection, without its vector index and without a limit on candidates: for
-- questions about one document, not for traffic. Security definer for the same reason as
-- hybrid_candidates_v1: the functions it calls run as the owner and filter by tenant themselves.
create function pgrerank.leg_positions_v1(
    collection_id uuid,
    model_id uuid,
    embedding public.vector,
    query text,
    weights public.sparsevec,
    filter jsonpath,
    k1 double precision,
    b double precision,
    title_boost double precision
)
returns table (
    chunk_id uuid,
    dense_rank integer,
    dense_score double precision,
    keyword_rank integer,
    keyword_score double precision,
    sparse_rank integer,
    sparse_score double precision
)
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
set jit = off
as $$
declare
    everything constant integer := 2147483647;
    dense record;
    keyword record;
    sparse record;
begin
    select l.chunk_ids, l.scores
    into dense
    from pgrerank.dense_leg_v1(
        collection_id, model_id, embedding, everything, null, filter
    ) as l
    where embedding is not null;
    select l.chunk_ids, l.scores
    into keyword
    from pgrerank.keyword_leg_v1(
        collection_id, query, everything, filter, k1, b, title_boost
    ) as l
    where query is not null;
    select l.chunk_ids, l.scores
    into sparse
    from pgrerank.sparse_leg_v1(collection_id, weights, everything, filter) as l
    where weights is not null;
    return query
    select
        f.chunk_id,
        f.dense_rank,
        f.dense_score,
        f.keyword_rank,
        f.keyword_score,
        f.sparse_rank,
        f.sparse_score
    from pgrerank.fuse_v1(
        dense.chunk_ids, dense.scores, keyword.chunk_ids, keyword.scores,
        sparse.chunk_ids, sparse.scores
    ) as f;
end
$$;

grant execute on function pgrerank.leg_positions_v1(
    uuid, uuid, public.vector, text, public.sparsevec, jsonpath, double precision,
    double precision, double precision
) to pgrerank_app;
