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
-- so how far the scan would go. Beyond one vector in a hundred, or 5,000, reading those that pass
-- is quicker: to find one through the index was seen to take as long as to read fifty in a row.
-- A scan may go twice as far as the share says, and no farther: where those that pass lie far from
-- the query, or the share misleads otherwise, that costs time, and no row.
--
-- Its own statements are planned once a connection; the one whose plan must be made for each
-- call, that of nearest_indexed_v2, is dynamic.
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
set plan_cache_mode = force_generic_plan
as $$
declare
    tenant constant uuid := pgrerank.current_tenant_v1();
    -- Looked up first: a small collection has none, and need not be counted.
    index_id constant oid := to_regclass(
        'pgrerank.' || pgrerank.embedding_index_v2(collection_id, model_id)
    );
    wanted constant integer := candidates + case when filter is null then 0 else candidates / 2 end;
    width constant integer := least(greatest(4 * wanted, 200), 1000);
    chunk_count bigint;
    share double precision := 1;
begin
    if index_id is not null then
        select sum(s.chunks)
        into chunk_count
        from pgrerank.collection_size as s
        where
            s.tenant_id = tenant and s.collection_id = dense_leg_v2.collection_id
            and exists (
                select from pg_catalog.pg_index as i
                where i.indexrelid = index_id and i.indisvalid
            );
    end if;
    if chunk_count > exact_limit and filter is not null then
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
    if
        chunk_count > exact_limit
        and wanted <= share * greatest(width, least(chunk_count / 100, 5000))
    then
        scan := 'hnsw';
        select
            n.chunk_ids,
            n.scores
        into chunk_ids, scores
        from pgrerank.nearest_indexed_v2(
            tenant,
            collection_id,
            model_id,
            embedding,
            wanted,
            filter,
            width,
            case
                when filter is null then wanted
                else greatest(width, ceil(2 * wanted / share)::integer)
            end
        ) as n;
    end if;
    if cardinality(chunk_ids) >= wanted then
        chunk_ids := chunk_ids[:candidates];
        scores := scores[:candidates];
    else
        scan := 'exact';
        if share <= 0.05 then
            select
                n.chunk_ids,
                n.scores
            into chunk_ids, scores
            from pgrerank.nearest_of_documents_v1(
                tenant, collection_id, model_id, embedding, candidates, filter
            ) as n;
        else
            select
                n.chunk_ids,
                n.scores
            into chunk_ids, scores
            from pgrerank.nearest_exact_v2(
                tenant, collection_id, model_id, embedding, candidates, filter
            ) as n;
        end if;
    end if;
    below_similarity := 0;
    if min_similarity is not null then
        select count(*)
        into below_similarity
        from unnest(scores) as u (score)
        where u.score < min_similarity;
        chunk_ids := chunk_ids[:cardinality(chunk_ids) - below_similarity];
        scores := scores[:cardinality(scores) - below_similarity];
    end if;
    chunk_ids := coalesce(chunk_ids, '{}');
    scores := coalesce(scores, '{}');
end
$$;
