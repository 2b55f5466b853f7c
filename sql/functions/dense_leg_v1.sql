-- dense_leg_v1: the chunks of a collection nearest to a query's vector.
-- Arguments: collection_id; model_id, the embedder; embedding, of the model's dimensions;
--     candidates, rows wanted; filter, a predicate on document metadata, or null for none;
--     min_similarity, cosine below which a chunk is dropped (-1 to 1), or null for none;
--     exact_limit, chunks up to which a collection is read whole even if it has an index.
-- Returns: one row: chunk_ids, nearest first, ties by id; scores, cosine similarity -1 to 1; scan,
--     `exact` or `hnsw`; below_similarity, how many of the nearest were dropped.
-- Called by: hybrid_candidates_v1.
--
-- Security definer for the same reason as keyword_leg_v1. An index scan that comes back short is
-- repeated exactly, so a leg is never underfilled while there are chunks to fill it.
create function pgrerank.dense_leg_v1(
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
    is_indexed constant boolean := exists (
        select from pg_catalog.pg_index as i
        where
            i.indexrelid = to_regclass(
                'pgrerank.' || pgrerank.embedding_index_v1(collection_id, model_id)
            )
            and i.indisvalid
    ) and exact_limit < (
        select sum(s.chunks) from pgrerank.collection_size as s
        where s.tenant_id = tenant and s.collection_id = dense_leg_v1.collection_id
    );
    ids uuid[];
    distances double precision[];
begin
    scan := case when is_indexed then 'hnsw' else 'exact' end;
    if is_indexed then
        select array_agg(n.chunk_id), array_agg(n.distance)
        into ids, distances
        from pgrerank.nearest_indexed_v1(
            tenant, collection_id, model_id, embedding, candidates, filter
        ) as n;
    end if;
    if coalesce(cardinality(ids), 0) < candidates then
        scan := 'exact';
        select array_agg(n.chunk_id), array_agg(n.distance)
        into ids, distances
        from pgrerank.nearest_exact_v1(
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
    ) as n;
end
$$;
