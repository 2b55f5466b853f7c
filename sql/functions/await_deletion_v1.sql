-- await_deletion_v1: wait for a process that needs a collection exclusively: to delete it, or to
-- change which of its words are counted.
-- Arguments: of_tenant; of_collection.
-- Called by: queries/incoming.sql, before a writer locks the collection's row `for key share`.
--
-- Overlapping writers could starve a deletion, since PostgreSQL grants further shared locks while
-- an exclusive one waits. So an exclusive user first takes `for no key update`, which does not
-- conflict with the `for key share` of active writers; new writers wait here. Their own lock is
-- released at once, with the block's subtransaction, so that it delays a deletion only briefly.
-- Rows are locked, not advisory keys, which every login of the database can take.
create function pgrerank.await_deletion_v1(of_tenant uuid, of_collection uuid)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    perform
    from pgrerank.collection as c
    where c.tenant_id = of_tenant and c.id = of_collection
    for share;
    raise exception using errcode = 'PR003', message = 'the lock is let go of';
exception
    when sqlstate 'PR003' then null;
end
$$;

grant execute on function pgrerank.await_deletion_v1(uuid, uuid) to pgrerank_app;
