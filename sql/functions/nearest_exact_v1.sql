-- nearest_exact_v1: the chunks nearest to a vector, by reading all of their collection.
-- Arguments: tenant_id; collection_id; model_id; embedding, of the model's dimensions;
--     candidates, rows wanted; filter, a predicate on document metadata, or null for none.
-- Returns: chunk ids and cosine distances, in no order; NaN for a vector of length 0.
-- Called by: dense_leg_v1.
create function pgrerank.nearest_exact_v1(
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
set plan_cache_mode = force_custom_plan
set jit = off
set max_parallel_workers_per_gather = 0
set enable_seqscan = off
as $$
begin
    return query
    select e.chunk_id, e.embedding operator(public.<=>) nearest_exact_v1.embedding as distance
    from pgrerank.chunk_embedding as e
    where
        e.tenant_id = nearest_exact_v1.tenant_id
        and e.collection_id = nearest_exact_v1.collection_id
        and e.model_id = nearest_exact_v1.model_id
        and (filter is null or e.chunk_id in (
            select c.id
            from pgrerank.chunk as c
            inner join pgrerank.document as d
                on c.tenant_id = d.tenant_id and c.document_id = d.id
            where
                d.tenant_id = nearest_exact_v1.tenant_id
                and d.collection_id = nearest_exact_v1.collection_id
                and d.metadata @@ filter
        ))
    order by distance asc, e.chunk_id asc
    limit candidates;
end
$$;
