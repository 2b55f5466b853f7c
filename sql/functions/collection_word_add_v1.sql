-- collection_word_add_v1: add to the counts of a collection's frequent words, in this backend's
-- shard of 16, as collection_size_add_v1 does; words that are not counted are left out.
-- Arguments: lexemes, of some chunks, one beside the other; sign, 1 or -1.
-- Called by: collection_size_chunk_v2, after it added to the size in the same shard: who waits,
-- waits there, so that writers of many words cannot deadlock.
create function pgrerank.collection_word_add_v1(
    of_tenant uuid,
    of_collection uuid,
    lexemes tsvector[],
    sign integer
)
returns void
language sql
begin atomic
    insert into pgrerank.collection_word as w (
        tenant_id,
        collection_id,
        lexeme,
        shard,
        chunks
    )
    select
        c.tenant_id,
        c.collection_id,
        c.lexeme,
        pg_backend_pid() % 16 as shard,
        sign * count(*) as chunks
    from unnest(lexemes) as v (lexemes)
    cross join lateral unnest(tsvector_to_array(v.lexemes)) as l (lexeme)
    inner join pgrerank.collection_word as c on l.lexeme = c.lexeme
    where
        c.tenant_id = of_tenant
        and c.collection_id = of_collection
        and c.shard = -1
        -- A collection just being deleted is left out.
        and exists (
            select 1
            from pgrerank.collection as k
            where
                k.tenant_id = of_tenant
                and k.id = of_collection
        )
    group by c.tenant_id, c.collection_id, c.lexeme
    order by c.lexeme
    on conflict on constraint pk_collection_word do update
        set chunks = w.chunks + excluded.chunks;
end;
