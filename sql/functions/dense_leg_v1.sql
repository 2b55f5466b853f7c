-- dense_leg_v1: the chunks of a collection nearest to a query's vector.
-- Arguments: collection_id; model_id, the embedder; embedding, of the model's dimensions;
--     candidates, rows wanted; chunk_count, chunks of the collection by collection_size, or null
--     for few; filter, a predicate on document metadata, or null for none; min_similarity, cosine
--     below which a chunk is dropped (-1 to 1), or null for none; exact_limit, chunks up to which
--     the whole collection is read even if it has an index.
-- Returns: one row: chunk_ids, nearest first, ties by id; scores, cosine similarity -1 to 1; scan,
--     `exact` or `hnsw`; below_similarity, how many of the nearest were dropped.
-- Called by: hybrid_candidates_v1, leg_positions_v1.
--
-- Runs as the owner, to whom row-level security does not apply, so it filters by tenant itself.
-- All vectors are read unless a large collection allows a faster way. If an index scan returns too
-- few rows, all vectors are read instead, so the leg returns `candidates` rows if they exist.
--
-- Each statement has one good plan for all sizes, so it is planned once per connection
-- (plan_cache_mode): for a small tenant, planning would take longer than reading. The generic plan
-- also makes the time independent of the data of other tenants, which dominate the statistics. Two
-- indexes begin with the tenant. Without statistics, the planner would choose the less high one,
-- not the suitable one, if operators had a cost (cpu_operator_cost).
-- A small tenant's search takes 0.1 ms, so it avoids every dispensable function and expression:
-- callers pass chunk_count, since looking for a missing index took a thirtieth of that time, and
-- rows are aggregated at once, since returning rows or unnesting arrays takes as long as reading.
--
-- With a filter, documents are read first, and those that pass are hashed. jsonb_path_match_opr is
-- the function of `@@`, which as an operator might use an index over the documents of all tenants.
-- A vector of length 0 is never returned.
create function pgrerank.dense_leg_v1(
    collection_id uuid,
    model_id uuid,
    embedding public.vector,
    candidates integer,
    chunk_count bigint,
    filter jsonpath default null,
    min_similarity double precision default null,
    exact_limit integer default 20000,
    out chunk_ids uuid[],
    out scores double precision[],
    out scan text,
    out below_similarity integer
)
language plpgsql stable
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
set jit = off
set max_parallel_workers_per_gather = 0
set cpu_operator_cost = 0
set enable_seqscan = off
set enable_nestloop = off
set enable_mergejoin = off
as $$
declare
    tenant constant uuid := pgrerank.current_tenant_v1();
    probe constant public.halfvec := case
        when public.vector_dims(embedding) > 2000 then embedding::public.halfvec
    end;
begin
    if chunk_count > exact_limit then
        select
            n.chunk_ids,
            n.scores,
            n.scan,
            0
        into chunk_ids, scores, scan, below_similarity
        from pgrerank.nearest_of_large_v1(
            tenant, collection_id, model_id, embedding, candidates, chunk_count, filter
        ) as n;
    end if;
    if scan is null and filter is null then
        select
            coalesce(array_agg(n.chunk_id order by n.distance asc, n.chunk_id asc), '{}'),
            coalesce(array_agg(1 - n.distance order by n.distance asc, n.chunk_id asc), '{}'),
            'exact',
            0
        into chunk_ids, scores, scan, below_similarity
        from (
            select
                e.chunk_id,
                case
                    when e.half is null
                        then e.embedding operator(public.<=>) dense_leg_v1.embedding
                    else e.half operator(public.<=>) probe
                end as distance
            from pgrerank.chunk_embedding as e
            where
                e.tenant_id = tenant
                and e.collection_id = dense_leg_v1.collection_id
                and e.model_id = dense_leg_v1.model_id
            order by distance asc, e.chunk_id asc
            limit candidates
        ) as n
        where n.distance <> 'NaN';
    elsif scan is null then
        select
            coalesce(array_agg(n.chunk_id order by n.distance asc, n.chunk_id asc), '{}'),
            coalesce(array_agg(1 - n.distance order by n.distance asc, n.chunk_id asc), '{}'),
            'exact',
            0
        into chunk_ids, scores, scan, below_similarity
        from (
            select
                e.chunk_id,
                case
                    when e.half is null
                        then e.embedding operator(public.<=>) dense_leg_v1.embedding
                    else e.half operator(public.<=>) probe
                end as distance
            from pgrerank.chunk_embedding as e
            where
                e.tenant_id = tenant
                and e.collection_id = dense_leg_v1.collection_id
                and e.model_id = dense_leg_v1.model_id
                and e.document_id in (
                    select d.id
                    from pgrerank.document as d
                    where
                        d.tenant_id = tenant
                        and d.collection_id = dense_leg_v1.collection_id
                        and jsonb_path_match_opr(d.metadata, filter)
                )
            order by distance asc, e.chunk_id asc
            limit candidates
        ) as n
        where n.distance <> 'NaN';
    end if;
    if min_similarity is not null then
        select count(*)
        into below_similarity
        from unnest(scores) as u (score)
        where u.score < min_similarity;
        chunk_ids := chunk_ids[:cardinality(chunk_ids) - below_similarity];
        scores := scores[:cardinality(scores) - below_similarity];
    end if;
end
$$;
