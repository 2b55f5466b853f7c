-- collection_size_document_v1: maintains the document counters.
-- Called by: the statement triggers of table document. Security definer, since the service may read
-- the counters but not write them.
create function pgrerank.collection_size_document_v1()
returns trigger
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    if tg_op = 'INSERT' then
        perform pgrerank.collection_size_add_v1(tenant_id, collection_id, count(*), 0, 0)
        from new_rows
        group by tenant_id, collection_id;
    else
        perform pgrerank.collection_size_add_v1(tenant_id, collection_id, -count(*), 0, 0)
        from old_rows
        group by tenant_id, collection_id;
    end if;
    return null;
end
$$;
