-- collection_size_add_v1: add to the counters of a collection, in this backend's shard of 16,
-- so that concurrent ingests rarely wait for one another. Arguments may be negative.
-- Called by: the two trigger functions below it. A collection that is just being deleted is left.
create function pgrerank.collection_size_add_v1(
    tenant_id uuid,
    collection_id uuid,
    documents bigint,
    chunks bigint,
    lexemes bigint
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
        pg_backend_pid() % 16,
        collection_size_add_v1.documents,
        collection_size_add_v1.chunks,
        collection_size_add_v1.lexemes
    from pgrerank.collection as c
    where
        c.tenant_id = collection_size_add_v1.tenant_id
        and c.id = collection_size_add_v1.collection_id
    on conflict on constraint pk_collection_size do update
        set
            documents = s.documents + excluded.documents,
            chunks = s.chunks + excluded.chunks,
            lexemes = s.lexemes + excluded.lexemes;
end;
