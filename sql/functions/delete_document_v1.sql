-- delete_document_v1: delete a document with its chunks, and subtract both from the counters.
-- Arguments: of_tenant; of_collection; of_external_id, the document's external id.
-- Returns: whether there was such a document.
-- Called by: queries/incoming.sql.
--
-- Chunks that a foreign key deletes could not be counted, so they are deleted first, by a statement
-- that begins after the document's row is locked: it sees the chunks of a writer that had the lock.
-- The collection is locked before, as by writers, so that the words that are counted do not change.
create function pgrerank.delete_document_v1(
    of_tenant uuid,
    of_collection uuid,
    of_external_id text
)
returns boolean
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    document_id uuid;
begin
    perform
    from pgrerank.collection as c
    where c.tenant_id = of_tenant and c.id = of_collection
    for key share;

    select d.id into document_id
    from pgrerank.document as d
    where
        d.tenant_id = of_tenant
        and d.collection_id = of_collection
        and d.external_id = of_external_id
    for update;
    if not found then
        return false;
    end if;

    perform pgrerank.delete_chunks_v1(of_tenant, of_collection, array[document_id]);

    with gone as (
        delete from pgrerank.document as d
        where d.tenant_id = of_tenant and d.id = document_id
        returning d.id
    )

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
        -count(*) as documents,
        0 as chunks,
        0 as lexemes
    from gone
    on conflict (tenant_id, collection_id, shard) do update
        set documents = s.documents + excluded.documents;
    return true;
end
$$;

grant execute on function pgrerank.delete_document_v1(uuid, uuid, text) to pgrerank_app;
