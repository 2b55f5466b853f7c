-- sparse_leg_v1: the chunks of a collection that rank best by learned sparse weights.
-- Arguments: collection_id; weights, of the query; candidates, rows wanted; filter, a predicate on
--     document metadata, or null for none.
-- Returns: one row: chunk_ids, best first, ties by id; scores, inner products, above 0; scan,
--     `exact`, or `no weights` if no chunk of the collection has sparse weights.
-- Called by: hybrid_candidates_v1, leg_positions_v1.
--
-- Runs as the owner, like the other legs, so that plans do not depend on policies. All weights of
-- the collection are read: they are stored together, and pgvector has no index for sparse vectors
-- of any length.
create function pgrerank.sparse_leg_v1(
    collection_id uuid,
    weights public.sparsevec,
    candidates integer,
    filter jsonpath default null,
    out chunk_ids uuid[],
    out scores double precision[],
    out scan text
)
language plpgsql stable
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan
set jit = off
set max_parallel_workers_per_gather = 0
set enable_seqscan = off
as $$
declare
    tenant constant uuid := pgrerank.current_tenant_v1();
begin
    select
        coalesce(array_agg(b.chunk_id order by b.score desc, b.chunk_id asc), '{}'),
        coalesce(array_agg(b.score order by b.score desc, b.chunk_id asc), '{}')
    into chunk_ids, scores
    from (
        select w.chunk_id, -(w.weights operator(public.<#>) sparse_leg_v1.weights) as score
        from pgrerank.chunk_weights as w
        where
            w.tenant_id = tenant
            and w.collection_id = sparse_leg_v1.collection_id
            and w.weights operator(public.<#>) sparse_leg_v1.weights < 0
            and (filter is null or exists (
                select from pgrerank.chunk as c
                inner join pgrerank.document as d
                    on c.tenant_id = d.tenant_id and c.document_id = d.id
                where
                    c.tenant_id = tenant and c.id = w.chunk_id and d.metadata @@ filter
            ))
        order by score desc, w.chunk_id asc
        limit candidates
    ) as b;
    scan := case
        when chunk_ids <> '{}' or exists (
            select from pgrerank.chunk_weights as w
            where w.tenant_id = tenant and w.collection_id = sparse_leg_v1.collection_id
        ) then 'exact'
        else 'no weights'
    end;
end
$$;
