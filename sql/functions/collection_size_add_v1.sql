-- collection_size_add_v1: add to the counters of a collection, in this backend's shard of 16,
-- so that concurrent ingests rarely wait for one another. Counts may be negative.
-- Called by: the trigger functions collection_size_*. Ignores a collection that is being deleted.
create function pgrerank.collection_size_add_v1(
    of_tenant uuid,
    of_collection uuid,
    more_documents bigint,
    more_chunks bigint,
    more_lexemes bigint
)
returns void
language sql
begin atomic
    insert into pgrerank.collection_size as s (
        tenant_id,
        collection_id,
        shard,
        documents,
        chunks,
        lexemes
    )
    select
        c.tenant_id,
        c.id,
        pg_backend_pid() % 16 as shard,
        more_documents as documents,
        more_chunks as chunks,
        more_lexemes as lexemes
    from pgrerank.collection as c
    where
        c.tenant_id = of_tenant
        and c.id = of_collection
    on conflict (tenant_id, collection_id, shard) do update
        set
            documents = s.documents + excluded.documents,
            chunks = s.chunks + excluded.chunks,
            lexemes = s.lexemes + excluded.lexemes;
end;
