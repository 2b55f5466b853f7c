-- nearest_indexed_v1: chunks near a vector, found by the HNSW index of their collection.
-- Arguments: tenant_id; collection_id; model_id; embedding, of the model's dimensions;
--     candidates, rows wanted; filter, a predicate on document metadata, or null for none;
--     width, size of the search's candidate list (hnsw.ef_search, 1-1000); reach, how many of the
--     nearest are checked against the filter at most (1-10,000).
-- Returns: one row: chunk_ids, nearest first, ties by id; scores, cosine similarity -1 to 1; fewer
--     than wanted, or null, if the reach was too small, so the caller must check the number.
-- Called by: nearest_of_large_v1, for collections whose index exists.
--
-- Dynamic SQL, because the index is on a cast to a fixed number of dimensions and has uuids in
-- its predicate: both must be literals for the planner to match it. They are formatted from an
-- integer and uuids; the rest is bound. enable_sort is off so that the index is always used. The
-- index searches by half-precision numbers; distances are of the stored numbers.
--
-- Only the reach ends a scan. At its own limits (hnsw.max_scan_tuples, scan_mem_multiplier)
-- pgvector would return the tuples that it had discarded, so the result would contain chunks that
-- are not the nearest if those that pass the filter are far from the query. These limits are
-- therefore set out of reach: 32 times a work_mem of 4 MB exceeds what a reach of 10,000 took.
create function pgrerank.nearest_indexed_v1(
    tenant_id uuid,
    collection_id uuid,
    model_id uuid,
    embedding public.vector,
    candidates integer,
    filter jsonpath,
    width integer,
    reach integer,
    out chunk_ids uuid[],
    out scores double precision[]
)
language plpgsql stable
set search_path = pg_catalog, pg_temp
set jit = off
set enable_sort = off
set enable_seqscan = off
set enable_bitmapscan = off
set enable_nestloop = on
set enable_hashjoin = off
set enable_mergejoin = off
as $$
declare
    dimensions constant integer := public.vector_dims(embedding);
    stored constant text := case when dimensions > 2000 then 'half' else 'embedding' end;
begin
    perform
        set_config('hnsw.iterative_scan', 'relaxed_order', true),
        set_config('hnsw.max_scan_tuples', '2147483647', true),
        set_config('hnsw.scan_mem_multiplier', '32', true),
        set_config('hnsw.ef_search', width::text, true);
    execute format(
        $statement$
            select
                array_agg(n.chunk_id order by n.distance asc, n.chunk_id asc),
                array_agg(1 - n.distance order by n.distance asc, n.chunk_id asc)
            from (
                select
                    v.chunk_id,
                    v.stored operator(public.<=>) $1::public.%6$s as distance
                from (
                    select
                        e.chunk_id,
                        e.document_id,
                        e.%5$I as stored
                    from pgrerank.chunk_embedding as e
                    where
                        e.tenant_id = %1$L::uuid
                        and e.collection_id = %2$L::uuid
                        and e.model_id = %3$L::uuid
                    order by
                        e.%5$I::public.halfvec(%4$s)
                        operator(public.<=>) $1::public.halfvec(%4$s)
                    limit $4
                ) as v
                where $3 is null or exists (
                    select from pgrerank.document as d
                    where
                        d.tenant_id = %1$L::uuid
                        and d.id = v.document_id
                        and jsonb_path_match_opr(d.metadata, $3)
                )
                limit $2
            ) as n
            where n.distance <> 'NaN'
        $statement$,
        tenant_id,
        collection_id,
        model_id,
        dimensions,
        stored,
        case when dimensions > 2000 then 'halfvec' else 'vector' end
    ) into chunk_ids, scores using embedding, candidates, filter, reach;
end
$$;
