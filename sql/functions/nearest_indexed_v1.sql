-- nearest_indexed_v1: chunks near a vector, through the HNSW index of their collection.
-- Arguments: tenant_id; collection_id; model_id; embedding, of the model's dimensions;
--     candidates, rows wanted; filter, a predicate on document metadata, or null for none.
-- Returns: chunk ids and cosine distances, in no order; fewer rows than wanted where the scan
--     stopped early (hnsw.max_scan_tuples), so the caller must compare.
-- Called by: dense_leg_v1, for collections whose index exists.
--
-- Dynamic SQL, because the index is on a cast to a fixed number of dimensions and has uuids in
-- its predicate: both must be literals for the planner to see that it fits. They are formatted
-- from an integer and uuids; the rest is bound. enable_sort is off so that the index is taken,
-- not merely considered. The settings of the scan last until the
-- transaction ends.
create function pgrerank.nearest_indexed_v1(
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
set jit = off
set enable_sort = off
set enable_seqscan = off
as $$
begin
    perform set_config('hnsw.iterative_scan', 'relaxed_order', true);
    perform set_config('hnsw.ef_search', least(greatest(2 * candidates, 100), 1000)::text, true);
    return query execute format(
        $statement$
            select e.chunk_id, e.embedding operator(public.<=>) $1
            from pgrerank.chunk_embedding as e
            where
                e.tenant_id = %1$L::uuid and e.collection_id = %2$L::uuid
                and e.model_id = %3$L::uuid
                and ($3 is null or exists (
                    select from pgrerank.chunk as c
                    inner join pgrerank.document as d
                        on c.tenant_id = d.tenant_id and c.document_id = d.id
                    where
                        c.tenant_id = %1$L::uuid and c.id = e.chunk_id and d.metadata @@ $3
                ))
            order by e.embedding::public.vector(%4$s) operator(public.<=>) $1
            limit $2
        $statement$,
        tenant_id, collection_id, model_id, public.vector_dims(embedding)
    ) using embedding, candidates, filter;
end
$$;
