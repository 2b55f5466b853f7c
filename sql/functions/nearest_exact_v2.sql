-- nearest_exact_v2: the chunks nearest to a vector, by reading all of their collection.
-- Arguments: tenant_id; collection_id; model_id; embedding, of the model's dimensions;
--     candidates, rows wanted; filter, a predicate on document metadata, or null for none.
-- Returns: chunk ids and cosine distances, in no order; NaN for a vector of length 0.
-- Called by: dense_leg_v2.
--
-- Its statements have one good plan each, whatever the sizes, so they are planned once a
-- connection (plan_cache_mode): for a small tenant planning would take longer than reading. That
-- also keeps what other tenants own, which the planner's statistics are of, out of its time.
-- With a filter, documents are read first; those that pass are hashed, or looked up where they are
-- few (under 5 %, where both were seen to take the same time). jsonb_path_match_opr is what `@@`
-- calls; as an operator it might be looked up in an index over the documents of all tenants.
-- Rows from before vectors came with their document ask its chunk.
create function pgrerank.nearest_exact_v2(
    tenant_id uuid,
    collection_id uuid,
    model_id uuid,
    embedding public.vector,
    candidates integer,
    filter jsonpath
)
returns table (chunk_id uuid, distance double precision)
language plpgsql stable
set search_path = ''
set plan_cache_mode = force_generic_plan
set jit = off
set max_parallel_workers_per_gather = 0
set enable_seqscan = off
set enable_nestloop = off
set enable_mergejoin = off
as $$
declare
    probe constant public.halfvec := case
        when public.vector_dims(embedding) > 2000 then embedding::public.halfvec
    end;
    passing uuid[];
    document_count bigint;
begin
    if filter is null then
        return query
        select
            e.chunk_id,
            case
                when e.half is null
                    then e.embedding operator(public.<=>) nearest_exact_v2.embedding
                else e.half operator(public.<=>) probe
            end as distance
        from pgrerank.chunk_embedding as e
        where
            e.tenant_id = nearest_exact_v2.tenant_id
            and e.collection_id = nearest_exact_v2.collection_id
            and e.model_id = nearest_exact_v2.model_id
        order by distance asc, e.chunk_id asc
        limit candidates;
        return;
    end if;
    select
        count(*),
        coalesce(array_agg(d.id) filter (where jsonb_path_match_opr(d.metadata, filter)), '{}')
    into document_count, passing
    from pgrerank.document as d
    where
        d.tenant_id = nearest_exact_v2.tenant_id
        and d.collection_id = nearest_exact_v2.collection_id;
    if cardinality(passing) * 20 <= document_count then
        return query
        select n.chunk_id, n.distance
        from pgrerank.nearest_of_documents_v1(
            tenant_id, collection_id, model_id, embedding, candidates, passing
        ) as n;
        return;
    end if;
    return query
    select
        e.chunk_id,
        case
            when e.half is null
                then e.embedding operator(public.<=>) nearest_exact_v2.embedding
            else e.half operator(public.<=>) probe
        end as distance
    from pgrerank.chunk_embedding as e
    where
        e.tenant_id = nearest_exact_v2.tenant_id
        and e.collection_id = nearest_exact_v2.collection_id
        and e.model_id = nearest_exact_v2.model_id
        and coalesce(e.document_id, (
            select c.document_id
            from pgrerank.chunk as c
            where c.tenant_id = e.tenant_id and c.id = e.chunk_id
        )) in (
            select u.document_id from unnest(passing) as u (document_id)
        )
    order by distance asc, e.chunk_id asc
    limit candidates;
end
$$;
