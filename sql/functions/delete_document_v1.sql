-- delete_document_v1: delete a document with its chunks, and subtract both from the counters.
-- Arguments: of_tenant; of_collection; of_external_id, the document's external id.
-- Returns: whether there was such a document.
-- Called by: queries/incoming.sql. plpgsql, since its plans are kept: planning takes most of the
-- time to delete one document.
--
-- The chunks are counted by a statement that begins after the document's row is locked, so it sees
-- those of a writer that had the lock. The collection is locked before, as by writers.
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
    of_document uuid;
begin
    perform
    from pgrerank.collection as c
    where c.tenant_id = of_tenant and c.id = of_collection
    for key share;

    select d.id into of_document
    from pgrerank.document as d
    where
        d.tenant_id = of_tenant
        and d.collection_id = of_collection
        and d.external_id = of_external_id
    for update;
    if not found then
        return false;
    end if;

    perform pgrerank.count_documents_v1(of_tenant, of_collection, array[of_document], -1, -1);

    delete from pgrerank.document as d
    where d.tenant_id = of_tenant and d.id = of_document;
    return true;
end
$$;

grant execute on function pgrerank.delete_document_v1(uuid, uuid, text) to pgrerank_app;
