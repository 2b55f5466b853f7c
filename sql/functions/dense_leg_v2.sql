-- dense_leg_v2: the chunks of a collection nearest to a query's vector.
-- Arguments: collection_id; model_id, the embedder; embedding, of the model's dimensions;
--     candidates, rows wanted; filter, a predicate on document metadata, or null for none;
--     min_similarity, cosine below which a chunk is dropped (-1 to 1), or null for none;
--     exact_limit, chunks up to which a collection is read whole even if it has an index.
-- Returns: one row: chunk_ids, nearest first, ties by id; scores, cosine similarity -1 to 1; scan,
--     `exact` or `hnsw`; below_similarity, how many of the nearest were dropped.
-- Called by: hybrid_candidates_v2.
--
-- Security definer: under row-level security the planner may not use what is not leakproof, and
-- each function below names the tenant itself. A scan of the index that comes back short is
-- repeated exactly, so a leg is never underfilled while there are chunks to fill it.
--
-- The scan keeps four times what is wanted: of 50,000 vectors that found 0.996 of the nearest 100,
-- three times 0.992, twice 0.986. With a filter it wants half as much again, since what an index
-- finds last is the least complete; the first and the last 500 documents say what share passes, and
-- so whether the scan would find enough, or have to go on. Beyond one vector in a hundred, reading
-- those that pass is quicker: to find one through the index was seen to take as long as to read
-- fifty in a row. A share that misleads costs time, and no row.
create function pgrerank.dense_leg_v2(
    collection_id uuid,
    model_id uuid,
    embedding public.vector,
    candidates integer,
    filter jsonpath default null,
    min_similarity double precision default null,
    exact_limit integer default 20000,
    out chunk_ids uuid[],
    out scores double precision[],
    out scan text,
    out below_similarity integer
)
language plpgsql stable security definer
set search_path = ''
as $$
declare
    tenant constant uuid := pgrerank.current_tenant_v1();
    chunk_count constant bigint := (
        select sum(s.chunks) from pgrerank.collection_size as s
        where s.tenant_id = tenant and s.collection_id = dense_leg_v2.collection_id
    );
    wanted constant integer := candidates + case when filter is null then 0 else candidates / 2 end;
    width constant integer := least(greatest(4 * wanted, 200), 1000);
    share double precision := 1;
    ids uuid[];
    distances double precision[];
begin
    scan := 'exact';
    if chunk_count > exact_limit and exists (
        select from pg_catalog.pg_index as i
        where
            i.indexrelid = to_regclass(
                'pgrerank.' || pgrerank.embedding_index_v2(collection_id, model_id)
            )
            and i.indisvalid
    ) then
        scan := 'hnsw';
        if filter is not null then
            select coalesce(avg(s.passes::integer), 0)
            into share
            from (
                (
                    select coalesce(jsonb_path_match_opr(d.metadata, filter), false) as passes
                    from pgrerank.document as d
                    where d.tenant_id = tenant and d.collection_id = dense_leg_v2.collection_id
                    order by d.external_id asc
                    limit 500
                )
                union all
                (
                    select coalesce(jsonb_path_match_opr(d.metadata, filter), false) as passes
                    from pgrerank.document as d
                    where d.tenant_id = tenant and d.collection_id = dense_leg_v2.collection_id
                    order by d.external_id desc
                    limit 500
                )
            ) as s;
        end if;
    end if;
    if scan = 'hnsw' and wanted <= share * greatest(width, chunk_count / 100) then
        select array_agg(n.chunk_id), array_agg(n.distance)
        into ids, distances
        from pgrerank.nearest_indexed_v2(
            tenant,
            collection_id,
            model_id,
            embedding,
            wanted,
            filter,
            width,
            filter is null or wanted > share * width
        ) as n;
    end if;
    if coalesce(cardinality(ids), 0) < wanted then
        scan := 'exact';
        select array_agg(n.chunk_id), array_agg(n.distance)
        into ids, distances
        from pgrerank.nearest_exact_v2(
            tenant, collection_id, model_id, embedding, candidates, filter
        ) as n;
    end if;
    select
        coalesce(array_agg(n.id order by n.distance asc, n.id asc) filter (where n.is_near), '{}'),
        coalesce(
            array_agg(1 - n.distance order by n.distance asc, n.id asc) filter (where n.is_near),
            '{}'
        ),
        count(*) filter (where not n.is_near)
    into chunk_ids, scores, below_similarity
    from (
        select u.id, u.distance, 1 - u.distance >= coalesce(min_similarity, -2) as is_near
        from unnest(ids, distances) as u (id, distance)
        where u.distance <> 'NaN'
        order by u.distance asc, u.id asc
        limit candidates
    ) as n;
end
$$;
