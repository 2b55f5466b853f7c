-- nearest_exact_v2: the chunks nearest to a vector, by reading all of their collection.
-- Arguments: tenant_id; collection_id; model_id; embedding, of the model's dimensions;
--     candidates, rows wanted; filter, a predicate on document metadata, or null for none.
-- Returns: one row: chunk_ids, nearest first, ties by id; scores, cosine similarity -1 to 1; both
--     null if there are none. A vector of length 0 is near nothing.
-- Called by: dense_leg_v2.
--
-- Its statements have one good plan each, whatever the sizes, so they are planned once a
-- connection (plan_cache_mode): for a small tenant planning would take longer than reading. That
-- also keeps what other tenants own, which the planner's statistics are of, out of its time. They
-- aggregate at once: rows that are returned, or unnested from arrays, take as long as reading them.
-- Vectors are read in the order of the primary key, which no other index has, and sorting is off:
-- before there are statistics, the index by tenant and chunk would look as good. An equality would
-- take its column out of that order, hence the ranges of one value.
-- With a filter, documents are read first; those that pass are hashed. jsonb_path_match_opr is what
-- `@@` calls; as an operator it might be looked up in an index over the documents of all tenants.
-- Rows from before vectors came with their document ask its chunk.
create function pgrerank.nearest_exact_v2(
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
set search_path = ''
set plan_cache_mode = force_generic_plan
set jit = off
set max_parallel_workers_per_gather = 0
set enable_seqscan = off
set enable_sort = off
set enable_nestloop = off
set enable_mergejoin = off
as $$
declare
    probe constant public.halfvec := case
        when public.vector_dims(embedding) > 2000 then embedding::public.halfvec
    end;
begin
    if filter is null then
        select
            array_agg(n.chunk_id order by n.distance asc, n.chunk_id asc),
            array_agg(1 - n.distance order by n.distance asc, n.chunk_id asc)
        into chunk_ids, scores
        from (
            select
                e.chunk_id,
                case
                    when e.half is null
                        then e.embedding operator(public.<=>) nearest_exact_v2.embedding
                    else e.half operator(public.<=>) probe
                end as distance
            from (
                select
                    v.chunk_id,
                    v.embedding,
                    v.half
                from pgrerank.chunk_embedding as v
                where
                    v.tenant_id = nearest_exact_v2.tenant_id
                    and v.collection_id between nearest_exact_v2.collection_id
                    and nearest_exact_v2.collection_id
                    and v.model_id between nearest_exact_v2.model_id and nearest_exact_v2.model_id
                order by v.collection_id asc, v.model_id asc, v.chunk_id asc
                offset 0
            ) as e
            order by distance asc, e.chunk_id asc
            limit candidates
        ) as n
        where n.distance <> 'NaN';
        return;
    end if;
    select
        array_agg(n.chunk_id order by n.distance asc, n.chunk_id asc),
        array_agg(1 - n.distance order by n.distance asc, n.chunk_id asc)
    into chunk_ids, scores
    from (
        select
            e.chunk_id,
            case
                when e.half is null
                    then e.embedding operator(public.<=>) nearest_exact_v2.embedding
                else e.half operator(public.<=>) probe
            end as distance
        from (
            select
                v.chunk_id,
                v.document_id,
                v.embedding,
                v.half
            from pgrerank.chunk_embedding as v
            where
                v.tenant_id = nearest_exact_v2.tenant_id
                and v.collection_id between nearest_exact_v2.collection_id
                and nearest_exact_v2.collection_id
                and v.model_id between nearest_exact_v2.model_id and nearest_exact_v2.model_id
            order by v.collection_id asc, v.model_id asc, v.chunk_id asc
            offset 0
        ) as e
        where
            coalesce(e.document_id, (
                select c.document_id
                from pgrerank.chunk as c
                where c.tenant_id = nearest_exact_v2.tenant_id and c.id = e.chunk_id
            )) in (
                select d.id
                from pgrerank.document as d
                where
                    d.tenant_id = nearest_exact_v2.tenant_id
                    and d.collection_id = nearest_exact_v2.collection_id
                    and jsonb_path_match_opr(d.metadata, filter)
            )
        order by distance asc, e.chunk_id asc
        limit candidates
    ) as n
    where n.distance <> 'NaN';
end
$$;
