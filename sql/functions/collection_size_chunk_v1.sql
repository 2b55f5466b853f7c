-- collection_size_chunk_v1: keeps right the counters of chunks and lexemes, and those of frequent
-- words.
-- Called by: the statement triggers of table chunk. Security definer: the service itself may
-- read the counters, never write them.
--
-- Who changes which words are counted locks the collection's row alone for a moment
-- (queries/words.sql); here it is shared until the writer ends, so that nobody counts by words of
-- before.
create function pgrerank.collection_size_chunk_v1()
returns trigger
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    if tg_op in ('INSERT', 'UPDATE') then
        perform pgrerank.collection_size_add_v1(
            n.tenant_id, n.collection_id, 0, n.chunks, n.lexemes
        )
        from (
            select r.tenant_id, r.collection_id, count(*) as chunks, sum(r.lexeme_count) as lexemes
            from new_rows as r
            group by r.tenant_id, r.collection_id
        ) as n;
        perform
        from (
            select distinct r.tenant_id, r.collection_id from new_rows as r
            order by r.collection_id
        ) as n
        cross join lateral (
            select from pgrerank.collection as c
            where c.tenant_id = n.tenant_id and c.id = n.collection_id
            for key share
        ) as l;
        -- A statement of its own, to see the words of the moment after the lock.
        perform pgrerank.collection_word_add_v1(
            n.tenant_id,
            n.collection_id,
            array(
                select r.tsv
                from new_rows as r
                where r.tenant_id = n.tenant_id and r.collection_id = n.collection_id
            ),
            1
        )
        from (select distinct r.tenant_id, r.collection_id from new_rows as r) as n
        where exists (
            select from pgrerank.collection_word as w
            where w.tenant_id = n.tenant_id and w.collection_id = n.collection_id
        );
    end if;
    if tg_op in ('DELETE', 'UPDATE') then
        perform pgrerank.collection_size_add_v1(
            o.tenant_id, o.collection_id, 0, -o.chunks, -o.lexemes
        )
        from (
            select r.tenant_id, r.collection_id, count(*) as chunks, sum(r.lexeme_count) as lexemes
            from old_rows as r
            group by r.tenant_id, r.collection_id
        ) as o;
        perform
        from (
            select distinct r.tenant_id, r.collection_id from old_rows as r
            order by r.collection_id
        ) as n
        cross join lateral (
            select from pgrerank.collection as c
            where c.tenant_id = n.tenant_id and c.id = n.collection_id
            for key share
        ) as l;
        perform pgrerank.collection_word_add_v1(
            o.tenant_id,
            o.collection_id,
            array(
                select r.tsv
                from old_rows as r
                where r.tenant_id = o.tenant_id and r.collection_id = o.collection_id
            ),
            -1
        )
        from (select distinct r.tenant_id, r.collection_id from old_rows as r) as o
        where exists (
            select from pgrerank.collection_word as w
            where w.tenant_id = o.tenant_id and w.collection_id = o.collection_id
        );
    end if;
    return null;
end
$$;
