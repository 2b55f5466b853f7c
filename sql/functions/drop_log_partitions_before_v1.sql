-- drop_log_partitions_before_v1: drop the partitions of rerank_log that are more than `months` (at
-- least 1) months before the current one, in UTC; returns their names.
-- Called by: queries/maintenance.sql, as the owner. Errors: PR001 if months is out of range. While
-- it waits for readers of the log it blocks all others, so it waits at most a second.
create function pgrerank.drop_log_partitions_before_v1(months integer)
returns setof text
language plpgsql
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
set lock_timeout = '1s'
as $$
declare
    oldest_kept constant text := 'rerank_log_' || to_char(
        date_trunc('month', now()) - make_interval(months => months), 'YYYYMM'
    );
    doomed text;
begin
    if months < 1 then
        raise exception 'months must be at least 1, not %', months using errcode = 'PR001';
    end if;
    for doomed in
        select c.relname
        from pg_catalog.pg_inherits as i
        inner join pg_catalog.pg_class as c on i.inhrelid = c.oid
        where
            i.inhparent = 'pgrerank.rerank_log'::regclass
            and c.relname < oldest_kept
        order by c.relname
    loop
        execute format('drop table pgrerank.%I', doomed);
        return next doomed;
    end loop;
end
$$;
