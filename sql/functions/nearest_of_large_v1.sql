-- nearest_of_large_v1: the chunks nearest to a vector in a collection that has an index, where
-- there is a quicker way than to read all of its vectors.
-- Arguments: tenant_id; collection_id; model_id; embedding, of the model's dimensions;
--     candidates, rows wanted; filter, a predicate on document metadata, or null for none;
--     exact_limit, chunks up to which a collection is read whole all the same; index_id.
-- Returns: one row: chunk_ids, nearest first, ties by id; scores, cosine similarity -1 to 1; scan,
--     `hnsw`, or `exact` where the vectors of all that pass the filter were read; all null where
--     there is no quicker way, or the scan came back short.
-- Called by: dense_leg_v2.
--
-- The scan keeps four times what is wanted: of 50,000 vectors that found 0.996 of the nearest 100,
-- three times 0.992, twice 0.986. With a filter it wants half as much again, since what an index
-- finds last is the least complete, and two and a half times as much where it has to go on beyond
-- what it keeps: of 500,000, a tenth of which passed, that found 0.994 of the nearest 100, half as
-- much again 0.974. The first and the last 500 documents say what share passes, and so how far the
-- scan would go. Beyond one vector in a hundred, or 5,000, reading those that pass is quicker: to
-- find one through the index was seen to take as long as to read fifty in a row. A scan may go
-- twice as far as the share says, and no farther: where those that pass lie far from the query, or
-- the share misleads otherwise, that costs time, and no row.
create function pgrerank.nearest_of_large_v1(
    tenant_id uuid,
    collection_id uuid,
    model_id uuid,
    embedding public.vector,
    candidates integer,
    filter jsonpath,
    exact_limit integer,
    index_id oid,
    out chunk_ids uuid[],
    out scores double precision[],
    out scan text
)
language plpgsql stable
set search_path = ''
set plan_cache_mode = force_generic_plan
as $$
declare
    wanted integer := candidates + case when filter is null then 0 else candidates / 2 end;
    width integer := least(greatest(4 * wanted, 200), 1000);
    chunk_count bigint;
    share double precision;
begin
    select sum(s.chunks)
    into chunk_count
    from pgrerank.collection_size as s
    where
        s.tenant_id = nearest_of_large_v1.tenant_id
        and s.collection_id = nearest_of_large_v1.collection_id
        and exists (
            select from pg_catalog.pg_index as i
            where i.indexrelid = index_id and i.indisvalid
        );
    if chunk_count > exact_limit then
        select coalesce(avg(s.passes::integer), 0)
        into share
        from (
            (
                select coalesce(jsonb_path_match_opr(d.metadata, filter), false) as passes
                from pgrerank.document as d
                where
                    d.tenant_id = nearest_of_large_v1.tenant_id
                    and d.collection_id = nearest_of_large_v1.collection_id
                    and filter is not null
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
                    and filter is not null
                order by d.external_id desc
                limit 500
            )
        ) as s;
        if filter is not null and wanted > share * width then
            wanted := candidates * 5 / 2;
            width := least(greatest(4 * wanted, 200), 1000);
        end if;
        if filter is null or wanted <= share * greatest(width, least(chunk_count / 100, 5000)) then
            select
                n.chunk_ids[:candidates],
                n.scores[:candidates],
                'hnsw'
            into chunk_ids, scores, scan
            from pgrerank.nearest_indexed_v2(
                tenant_id,
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
            ) as n
            where cardinality(n.chunk_ids) >= wanted;
        elsif share <= 0.05 then
            select
                coalesce(n.chunk_ids, '{}'),
                coalesce(n.scores, '{}'),
                'exact'
            into chunk_ids, scores, scan
            from pgrerank.nearest_of_documents_v1(
                tenant_id, collection_id, model_id, embedding, candidates, filter
            ) as n;
        end if;
    end if;
end
$$;
