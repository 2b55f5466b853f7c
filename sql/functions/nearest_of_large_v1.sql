-- nearest_of_large_v1: the chunks nearest to a vector in a large collection, where there is a
-- quicker way than to read all of its vectors.
-- Arguments: tenant_id; collection_id; model_id; embedding, of the model's dimensions;
--     candidates, rows wanted; chunk_count, of the collection; filter, a predicate on document
--     metadata, or null for none.
-- Returns: one row: chunk_ids, nearest first, ties by id; scores, cosine similarity -1 to 1; scan,
--     `hnsw`, or `exact` where the vectors of all that pass the filter were read; all null where
--     there is no quicker way, or the scan came back short.
-- Called by: dense_leg_v1.
--
-- How far the scan looks was measured on 60 queries over collections of 50,000 and 500,000 chunks,
-- for 0.99 of the nearest 100 (docs/benchmarks.md). What an index finds last is the least complete,
-- and the more so the larger it is. So it keeps four times what is wanted while looking, of 500,000
-- five times.
--
-- With a filter, the first and the last 500 documents say what share passes. One look takes a
-- thousand vectors, the most that pgvector keeps. Where it can hold 2.5 times what is wanted of
-- those that pass, or of 500,000 four times, one look is enough, and is read no farther than its
-- rows. Else 1.5 times as many, or three times, are looked at in two looks or more, and read into
-- the last one, which begins with the nearest that those before missed.
--
-- Beyond one vector in 30, or 5,000, reading those that pass is quicker: one by one up to an
-- eighth of all, or all in a row. A scan may go twice as far as the share says, and no farther:
-- where those that pass lie far from the query, or the share misleads otherwise, that costs time,
-- and no row.
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
