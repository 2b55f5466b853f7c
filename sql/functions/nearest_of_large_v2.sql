-- nearest_of_large_v2: the chunks nearest to a vector in a large collection, where there is a
-- quicker way than to read all of its vectors.
-- Arguments: tenant_id; collection_id; model_id; embedding, of the model's dimensions;
--     candidates, rows wanted; chunk_count, of the collection; filter, a predicate on document
--     metadata, or null for none.
-- Returns: one row: chunk_ids, nearest first, ties by id; scores, cosine similarity -1 to 1; scan,
--     `hnsw`, or `exact` where the vectors of all that pass the filter were read; all null where
--     there is no quicker way, or the scan came back short.
-- Called by: dense_leg_v3.
--
-- The scan keeps four times what is wanted: of 50,000 vectors that found 0.996 of the nearest 100,
-- three times 0.992, twice 0.986.
--
-- With a filter, the first and the last 500 documents say what share passes, and so how far to
-- look. What an index finds last is the least complete, and the more so the larger it is: in 50,000
-- vectors it takes 2.5 times as many as hold what is wanted, or 1.5 times as many in two looks,
-- since the second begins where the first ends and finds what that missed; in 500,000 three times
-- as many. One look takes a thousand, the most that pgvector keeps. That found 0.990 to 0.997 of
-- the nearest 100 at shares from 0.1 to 0.5.
--
-- Beyond one vector in 30, or 5,000, reading those that pass is quicker: one by one up to an
-- eighth of all, or all in a row. A scan may go twice as far as the share says, and no farther:
-- where those that pass lie far from the query, or the share misleads otherwise, that costs time,
-- and no row.
create function pgrerank.nearest_of_large_v2(
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
set search_path = ''
set plan_cache_mode = force_generic_plan
as $$
declare
    most constant integer := 1000;
    wanted integer := candidates;
    width integer := least(greatest(4 * candidates, 200), most);
    reach integer := candidates;
    share double precision;
    depth double precision;
    needed double precision;
begin
    if not exists (
        select from pg_catalog.pg_index as i
        where
            i.indexrelid = to_regclass(
                'pgrerank.' || pgrerank.embedding_index_v2(collection_id, model_id)
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
                    d.tenant_id = nearest_of_large_v2.tenant_id
                    and d.collection_id = nearest_of_large_v2.collection_id
                order by d.external_id asc
                limit 500
            )
            union all
            (
                select coalesce(jsonb_path_match_opr(d.metadata, filter), false) as passes
                from pgrerank.document as d
                where
                    d.tenant_id = nearest_of_large_v2.tenant_id
                    and d.collection_id = nearest_of_large_v2.collection_id
                order by d.external_id desc
                limit 500
            )
        ) as s;
        depth := 1.5 + 1.5 * greatest(0, log(chunk_count / 50000.0));
        needed := depth * candidates / nullif(share, 0);
        if needed <= greatest(most, least(chunk_count / 30, 5000)) then
            wanted := 0.85 * depth * candidates;
            width := least(most, greatest(6 * candidates, 200, ceil(
                case
                    when greatest(2, depth) * candidates / share <= most
                        then greatest(2.5, depth) * candidates / share
                    else needed / greatest(2, ceil(needed / most))
                end
            )));
            reach := greatest(width, ceil(2 * needed));
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
    end if;
    select
        n.chunk_ids[:candidates],
        n.scores[:candidates],
        'hnsw'
    into chunk_ids, scores, scan
    from pgrerank.nearest_indexed_v2(
        tenant_id, collection_id, model_id, embedding, wanted, filter, width, reach
    ) as n
    where cardinality(n.chunk_ids) >= wanted;
end
$$;
