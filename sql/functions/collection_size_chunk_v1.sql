-- collection_size_chunk_v1: maintains the counters of chunks, lexemes and frequent words.
-- Called by: the statement triggers of table chunk. Security definer, since the service may read
-- the counters but not write them.
--
-- A change of the counted words briefly locks the collection's row exclusively (queries/words.sql).
-- Writers hold it shared until their transaction ends, so no writer counts by an outdated list.
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
