-- lexeme_counts_v1: the number of chunks of a collection that hold each of some lexemes.
-- Arguments: tenant_id; collection_id; lexemes, are_prefixes and counts, parallel arrays; a count
--     is null if it is unknown.
-- Returns: counts, with those that were null read from the index.
-- Called by: keyword_leg_v1, if `among` gives the chunks, so that bm25_v1 cannot count terms.
create function pgrerank.lexeme_counts_v1(
    tenant_id uuid,
    collection_id uuid,
    lexemes text[],
    are_prefixes boolean[],
    counts bigint[]
)
returns bigint[]
language plpgsql stable
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan
set max_parallel_workers_per_gather = 0
set enable_seqscan = off
set enable_indexscan = off
set cpu_operator_cost = 0.02
as $$
declare
    counted bigint;
begin
    for i in 1 .. cardinality(lexemes) loop
        if counts[i] is null then
            select count(*)
            into counted
            from pgrerank.chunk as c
            where
                c.tenant_id = lexeme_counts_v1.tenant_id
                and c.collection_id = lexeme_counts_v1.collection_id
                and c.tsv @@ pgrerank.any_of_v1(array[lexemes[i]], array[are_prefixes[i]]);
            counts[i] := counted;
        end if;
    end loop;
    return counts;
end
$$;
