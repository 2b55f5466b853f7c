-- nearest_of_documents_v1: the chunks nearest to a vector, of the documents that pass a filter.
-- Arguments: tenant_id; collection_id; model_id; embedding, of the model's dimensions;
--     candidates, rows wanted; filter, a predicate on document metadata that few documents pass.
-- Returns: one row: chunk_ids, nearest first, ties by id; scores, cosine similarity -1 to 1; both
--     null if there are none.
-- Called by: nearest_of_large_v1.
--
-- Joins documents, chunks and vectors by their keys, while dense_leg_v1 would read all vectors.
-- `offset 0` fixes this order, since the planner cannot estimate it.
create function pgrerank.nearest_of_documents_v1(
    tenant_id uuid,
    collection_id uuid,
    model_id uuid,
    embedding public.vector,
    candidates integer,
    filter jsonpath,
    out chunk_ids uuid[],
    out scores double precision[]
)
language plpgsql stable
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
set jit = off
set max_parallel_workers_per_gather = 0
set enable_seqscan = off
set enable_nestloop = on
set enable_hashjoin = off
set enable_mergejoin = off
as $$
declare
    probe constant public.halfvec := case
        when public.vector_dims(embedding) > 2000 then embedding::public.halfvec
    end;
begin
    select
        array_agg(n.chunk_id order by n.distance asc, n.chunk_id asc),
        array_agg(1 - n.distance order by n.distance asc, n.chunk_id asc)
    into chunk_ids, scores
    from (
        select
            e.chunk_id,
            case
                when e.half is null
                    then e.embedding operator(public.<=>) nearest_of_documents_v1.embedding
                else e.half operator(public.<=>) probe
            end as distance
        from (
            select d.id
            from pgrerank.document as d
            where
                d.tenant_id = nearest_of_documents_v1.tenant_id
                and d.collection_id = nearest_of_documents_v1.collection_id
                and jsonb_path_match_opr(d.metadata, filter)
            offset 0
        ) as u
        cross join lateral (
            select c.id
            from pgrerank.chunk as c
            where c.tenant_id = nearest_of_documents_v1.tenant_id and c.document_id = u.id
            offset 0
        ) as c
        cross join lateral (
            select
                v.chunk_id,
                v.embedding,
                v.half
            from pgrerank.chunk_embedding as v
            where
                v.tenant_id = nearest_of_documents_v1.tenant_id
                and v.collection_id = nearest_of_documents_v1.collection_id
                and v.model_id = nearest_of_documents_v1.model_id
                and v.chunk_id = c.id
            offset 0
        ) as e
        order by distance asc, e.chunk_id asc
        limit candidates
    ) as n
    where n.distance <> 'NaN';
end
$$;
