-- await_deletion_v1: wait for whoever is about to have a collection alone: to delete it, or to
-- change which of its words are counted.
-- Arguments: of_tenant; of_collection.
-- Called by: queries/incoming.sql, before a writer locks the collection's row `for key share`.
--
-- Writers that overlap would keep a deletion waiting for as long as they go on, since a lock that
-- is shared is shared further while somebody waits for it. So who wants the row alone first takes
-- `for no key update`, which writers that hold `for key share` do not mind; those that come later
-- stop here. Their own lock is let go of at once, with the subtransaction of the block, so that
-- they do not hinder a deletion by more than a moment. Rows are locked, not advisory keys, which
-- every login of the database can take.
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
