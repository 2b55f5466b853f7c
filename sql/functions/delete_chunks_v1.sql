-- delete_chunks_v1: delete all chunks of documents, with their vectors, and subtract them from the
-- counters of the collection, as queries/incoming.sql adds them.
-- Arguments: of_tenant; of_collection; document_ids, documents of that collection. The caller holds
--     locks on their rows, so that no chunks are added, and `for key share` on the collection's.
-- Called by: queries/incoming.sql, delete_document_v1. plpgsql, since its plan is kept: planning
-- takes most of the time to delete one document.
create function pgrerank.delete_chunks_v1(
    of_tenant uuid,
    of_collection uuid,
    document_ids uuid[]
)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    with gone as (
        delete from pgrerank.chunk as k
        where
            k.tenant_id = of_tenant
            and k.document_id = any(document_ids)
        returning k.lexeme_count, k.tsv
    ),

    size as (
        insert into pgrerank.collection_size as s (
            tenant_id,
            collection_id,
            shard,
            documents,
            chunks,
            lexemes
        )
        select
            of_tenant,
            of_collection,
            mod(pg_backend_pid(), 16) as shard,
            0 as documents,
            -count(*) as chunks,
            -sum(r.lexeme_count) as lexemes
        from gone as r
        having count(*) > 0
        on conflict (tenant_id, collection_id, shard) do update
            set
                chunks = s.chunks + excluded.chunks,
                lexemes = s.lexemes + excluded.lexemes
        returning s.shard
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
        z.shard,
        pgrerank.chunks_with_words_v1(k.lexemes, array(select r.tsv from gone as r), -1) as chunks
    from size as z
    inner join pgrerank.collection_word as k
        on
            k.tenant_id = of_tenant
            and k.collection_id = of_collection
            and k.shard = -1
    on conflict (tenant_id, collection_id, shard) do update
        set chunks = pgrerank.added_counts_v1(w.chunks, excluded.chunks);
end
$$;

grant execute on function pgrerank.delete_chunks_v1(uuid, uuid, uuid[]) to pgrerank_app;
