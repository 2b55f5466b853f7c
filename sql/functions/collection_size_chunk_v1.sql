-- collection_size_chunk_v1: keeps the chunk and lexeme counters right.
-- Called by: the statement triggers of table chunk. Security definer: the service itself may
-- read the counters, never write them.
create function pgrerank.collection_size_chunk_v1()
returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
    if tg_op in ('INSERT', 'UPDATE') then
        perform pgrerank.collection_size_add_v1(
            tenant_id, collection_id, 0, count(*), sum(lexeme_count)
        )
        from new_rows
        group by tenant_id, collection_id;
    end if;
    if tg_op in ('DELETE', 'UPDATE') then
        perform pgrerank.collection_size_add_v1(
            tenant_id, collection_id, 0, -count(*), -sum(lexeme_count)
        )
        from old_rows
        group by tenant_id, collection_id;
    end if;
    return null;
end
$$;
