-- nearest_indexed_v2: chunks near a vector, through the HNSW index of their collection.
-- Arguments: tenant_id; collection_id; model_id; embedding, of the model's dimensions;
--     candidates, rows wanted; filter, a predicate on document metadata, or null for none;
--     width, how many of the nearest are kept while looking (hnsw.ef_search, 1-1000); goes_on,
--     whether to look farther until there are enough that pass the filter.
-- Returns: chunk ids and cosine distances, in no order; fewer rows than wanted where the scan
--     stopped early, so the caller must compare.
-- Called by: dense_leg_v2, for collections whose index exists.
--
-- Dynamic SQL, because the index is on a cast to a fixed number of dimensions and has uuids in
-- its predicate: both must be literals for the planner to see that it fits. They are formatted
-- from an integer and uuids; the rest is bound. enable_sort is off so that the index is taken,
-- not merely considered. The index finds by half-precision numbers; distances are of those stored.
create function pgrerank.nearest_indexed_v2(
    tenant_id uuid,
    collection_id uuid,
    model_id uuid,
    embedding public.vector,
    candidates integer,
    filter jsonpath,
    width integer,
    goes_on boolean
)
returns table (chunk_id uuid, distance double precision)
language plpgsql stable
set search_path = ''
set jit = off
set enable_sort = off
set enable_seqscan = off
set enable_bitmapscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
declare
    dimensions constant integer := public.vector_dims(embedding);
    stored constant text := case when dimensions > 2000 then 'half' else 'embedding' end;
begin
    perform
        set_config(
            'hnsw.iterative_scan', case when goes_on then 'relaxed_order' else 'off' end, true
        ),
        set_config('hnsw.ef_search', width::text, true);
    return query execute format(
        $statement$
            select
                e.chunk_id,
                e.%5$I operator(public.<=>) $1::public.%6$s
            from pgrerank.chunk_embedding as e
            where
                e.tenant_id = %1$L::uuid and e.collection_id = %2$L::uuid
                and e.model_id = %3$L::uuid
                and ($3 is null or exists (
                    select from pgrerank.document as d
                    where
                        d.tenant_id = %1$L::uuid
                        and d.id = coalesce(e.document_id, (
                            select c.document_id
                            from pgrerank.chunk as c
                            where c.tenant_id = %1$L::uuid and c.id = e.chunk_id
                        ))
                        and jsonb_path_match_opr(d.metadata, $3)
                ))
            order by e.%5$I::public.halfvec(%4$s) operator(public.<=>) $1::public.halfvec(%4$s)
            limit $2
        $statement$,
        tenant_id,
        collection_id,
        model_id,
        dimensions,
        stored,
        case when dimensions > 2000 then 'halfvec' else 'vector' end
    ) using embedding, candidates, filter;
end
$$;
