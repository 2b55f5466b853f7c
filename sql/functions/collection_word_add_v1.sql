-- collection_word_add_v1: add to the counts of a collection's frequent words, in this backend's
-- shard of 16, as collection_size_add_v1 does; uncounted words are ignored.
-- Arguments: lexemes, one tsvector for each chunk; sign, 1 or -1.
-- Called by: collection_size_chunk_v1, after it updated the size in the same shard. Writers wait
-- for each other there, so that those of many words cannot deadlock here.
create function pgrerank.collection_word_add_v1(
    of_tenant uuid,
    of_collection uuid,
    lexemes tsvector[],
    sign integer
)
returns void
language sql
begin atomic
    with counted as (
        select
            k.tenant_id,
            k.collection_id,
            k.lexemes
        from pgrerank.collection_word as k
        where
            k.tenant_id = of_tenant
            and k.collection_id = of_collection
            and k.shard = -1
            -- Ignores a collection that is being deleted.
            and exists (
                select 1
                from pgrerank.collection as c
                where
                    c.tenant_id = of_tenant
                    and c.id = of_collection
            )
    ),

    word as (
        select
            w.lexeme,
            w.place
        from counted as k
        cross join unnest(k.lexemes) with ordinality as w (lexeme, place)
    ),

    held as (
        select
            u.place,
            count(*) as chunks
        from (
            -- Not in the from clause, which would materialize each chunk's lexemes before they are
            -- read: that takes 25 % longer.
            select unnest(tsvector_to_array(v.lexemes)) as lexeme
            from unnest(lexemes) as v (lexemes)
        ) as l
        inner join word as u on l.lexeme = u.lexeme
        group by u.place
    )

    insert into pgrerank.collection_word as w (
        tenant_id,
        collection_id,
        shard,
        chunks
    )
    select
        k.tenant_id,
        k.collection_id,
        pg_backend_pid() % 16 as shard,
        array(
            select sign * coalesce(h.chunks, 0)
            from generate_subscripts(k.lexemes, 1) as u (place)
            left join held as h on u.place = h.place
            order by u.place
        ) as chunks
    from counted as k
    on conflict (tenant_id, collection_id, shard) do update
        set
            chunks = array(
                select u.had + u.more
                from
                    -- noqa: disable=RF01
                    unnest(w.chunks, excluded.chunks) with ordinality as u (had, more, place)
                    -- noqa: enable=RF01
                order by u.place
            );
end;
