-- counted_words_v1: the counted words of a collection, with the number of chunks that hold each.
-- Arguments: of_tenant; of_collection.
-- Returns: before, chunks with the word when its counting began, null until they are counted;
--     added, by writers since then.
-- Called by: queries/words.sql.
create function pgrerank.counted_words_v1(of_tenant uuid, of_collection uuid)
returns table (lexeme text, before bigint, added bigint)
language sql stable
begin atomic
    with addition as (
        select
            v.place,
            sum(v.chunks) as chunks
        from pgrerank.collection_word as s
        cross join unnest(s.chunks) with ordinality as v (chunks, place)
        where
            s.tenant_id = of_tenant
            and s.collection_id = of_collection
            and s.shard >= 0
        group by v.place
    )

    select
        u.lexeme,
        u.before,
        coalesce(a.chunks, 0)::bigint as added
    from pgrerank.collection_word as w
    cross join unnest(w.lexemes, w.chunks) with ordinality as u (lexeme, before, place)
    left join addition as a on u.place = a.place
    where
        w.tenant_id = of_tenant
        and w.collection_id = of_collection
        and w.shard = -1;
end;
