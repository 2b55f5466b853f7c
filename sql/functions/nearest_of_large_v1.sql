-- nearest_of_large_v1: the chunks nearest to a vector in a large collection, if there is a faster
-- way than reading all of its vectors.
-- Arguments: tenant_id; collection_id; model_id; embedding, of the model's dimensions;
--     candidates, rows wanted; chunk_count, of the collection; filter, a predicate on document
--     metadata, or null for none.
-- Returns: one row: chunk_ids, nearest first, ties by id; scores, cosine similarity -1 to 1; scan,
--     `hnsw`, or `exact` if the vectors of all that pass the filter were read; all null if there is
--     no faster way, or the scan returned too few rows.
-- Called by: dense_leg_v1.
--
-- The width of the scan was measured on 60 queries over collections of 50,000 and 500,000 chunks,
-- for 0.99 of the nearest 100 (docs/benchmarks.md). The last rows that an index finds are the least
-- complete, the more so the larger it is. So the candidate list is four times the rows wanted, and
-- five times at 500,000 chunks.
--
-- With a filter, the first and last 500 documents are a sample of the share that passes. One round
-- of a scan returns at most 1,000 vectors, pgvector's largest candidate list. One round is enough
-- if it holds about 2.5 times the wanted rows that pass (four times at 500,000 chunks); reading
-- stops at the wanted rows. Otherwise 1.5 times as many (three times) are scanned in two or more
-- rounds. Reading goes on into the last round, which begins with the nearest that others missed.
--
-- Beyond one vector in 30, or 5,000, reading those that pass is faster: one by one if at most an
-- eighth passes, otherwise by reading all vectors. A scan may go twice as far as the share
-- suggests. If those that pass are far from the query, or the sample misleads, that costs time but
-- no rows.
create function pgrerank.nearest_of_large_v1(
    tenant_id uuid,
    collection_id uuid,
    model_id uuid,
    embedding public.vector,
    candidates integer,
    chunk_count bigint,
    filter jsonpath,
    out chunk_ids uuid[],
    out scores double precision[],
    out scan text
)
language plpgsql stable
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
as $$
declare
    most constant integer := 1000;
    growth constant double precision := greatest(0, log(chunk_count / 50000.0));
    depth constant double precision := 1.5 * (1 + growth);
    wanted integer := candidates;
    width integer := least(most, greatest(200, ceil((4 + growth) * candidates)));
    reach integer := candidates;
    share double precision;
    needed double precision;
begin
    if not exists (
        select from pg_catalog.pg_index as i
        where
            i.indexrelid = to_regclass(
                'pgrerank.' || pgrerank.embedding_index_v1(collection_id, model_id)
            )
            and i.indisvalid
    ) then
        return;
    end if;
    if filter is not null then
        select coalesce(avg(s.passes::integer), 0)
        into share
        from (
            (
                select coalesce(jsonb_path_match_opr(d.metadata, filter), false) as passes
                from pgrerank.document as d
                where
                    d.tenant_id = nearest_of_large_v1.tenant_id
                    and d.collection_id = nearest_of_large_v1.collection_id
                order by d.external_id asc
                limit 500
            )
            union all
            (
                select coalesce(jsonb_path_match_opr(d.metadata, filter), false) as passes
                from pgrerank.document as d
                where
                    d.tenant_id = nearest_of_large_v1.tenant_id
                    and d.collection_id = nearest_of_large_v1.collection_id
                order by d.external_id desc
                limit 500
            )
        ) as s;
        needed := depth * candidates / nullif(share, 0);
        if (depth + 0.5) * candidates / nullif(share, 0) <= most then
            width := least(most, greatest(width, ceil((depth + 1) * candidates / share)));
        elsif needed <= greatest(most, least(chunk_count / 30, 5000)) then
            width := least(
                most, greatest(6 * candidates, 200, ceil(needed / greatest(2, ceil(needed / most))))
            );
            wanted := ceil(greatest((depth - 0.45) * candidates, 1.1 * width * share));
        else
            if share <= 0.125 then
                select
                    coalesce(n.chunk_ids, '{}'),
                    coalesce(n.scores, '{}'),
                    'exact'
                into chunk_ids, scores, scan
                from pgrerank.nearest_of_documents_v1(
                    tenant_id, collection_id, model_id, embedding, candidates, filter
                ) as n;
            end if;
            return;
        end if;
        reach := greatest(width, ceil(2 * needed));
    end if;
    select
        n.chunk_ids[:candidates],
        n.scores[:candidates],
        'hnsw'
    into chunk_ids, scores, scan
    from pgrerank.nearest_indexed_v1(
        tenant_id, collection_id, model_id, embedding, wanted, filter, width, reach
    ) as n
    where cardinality(n.chunk_ids) >= wanted;
end
$$;
