-- count_documents_v1: add documents with their chunks to the counters of a collection, and the
-- chunks to those of its frequent words if it has some; or subtract them.
-- Arguments: of_tenant; of_collection; document_ids, documents of that collection, whose chunks are
--     counted; documents, how many of them are new, or minus how many are deleted; sign, 1 after
--     chunks were inserted, -1 before they are deleted. The caller holds locks on the documents'
--     rows, so that their chunks do not change, and `for key share` on the collection's, so that
--     the words that are counted do not change (queries/words.sql).
-- Called by: queries/incoming.sql, delete_document_v1. plpgsql, since its plan is kept; without
-- sequential scans, since it may be made while the tables are small.
--
-- Each backend adds to its own shard of 16, so that concurrent writers rarely wait for one another.
-- A shard of collection_size is locked before that of collection_word, so that writers cannot
-- deadlock there.
create function pgrerank.count_documents_v1(
    of_tenant uuid,
    of_collection uuid,
    document_ids uuid[],
    documents integer,
    sign integer
)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
as $$
begin
    with size as (
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
            count_documents_v1.documents,
            sign * count(*) as chunks,
            sign * coalesce(sum(k.lexeme_count), 0) as lexemes
        from pgrerank.chunk as k
        where
            k.tenant_id = of_tenant
            and k.document_id = any(document_ids)
        on conflict (tenant_id, collection_id, shard) do update
            set
                documents = s.documents + excluded.documents,
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
        f.tenant_id,
        f.collection_id,
        z.shard,
        pgrerank.chunks_with_words_v1(
            f.lexemes,
            array(
                select k.tsv
                from pgrerank.chunk as k
                where
                    k.tenant_id = of_tenant
                    and k.document_id = any(document_ids)
            ),
            sign
        ) as chunks
    from size as z
    inner join pgrerank.collection_word as f
        on
            f.tenant_id = of_tenant
            and f.collection_id = of_collection
            and f.shard = -1
    on conflict (tenant_id, collection_id, shard) do update
        set chunks = pgrerank.added_counts_v1(w.chunks, excluded.chunks);
end
$$;

grant execute on function pgrerank.count_documents_v1(uuid, uuid, uuid[], integer, integer)
to pgrerank_app;
