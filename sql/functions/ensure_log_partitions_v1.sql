-- ensure_log_partitions_v1: create the monthly partitions of rerank_log from last month to
-- `months_ahead` (0-24) months from now, in UTC; returns how many were missing.
-- Called by: queries/maintenance.sql, migrations, and the service when an insert finds no
-- partition; therefore security definer. Errors: PR001 if months_ahead is out of range.
create function pgrerank.ensure_log_partitions_v1(months_ahead integer)
returns integer
language plpgsql security definer
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
set lock_timeout = '4s'
as $$
declare
    this_month constant timestamptz := date_trunc('month', now());
    first_day timestamptz;
    partition_name text;
    made integer := 0;
begin
    if months_ahead not between 0 and 24 then
        raise exception 'months_ahead must be from 0 to 24, not %', months_ahead
            using errcode = 'PR001';
    end if;
    -- One at a time; reads and writes of the log go on. Attaching takes the same lock.
    lock table pgrerank.rerank_log in share update exclusive mode;
    for first_day in
        select this_month + make_interval(months => month)
        from generate_series(-1, months_ahead) as month
    loop
        partition_name := 'rerank_log_' || to_char(first_day, 'YYYYMM');
        continue when to_regclass('pgrerank.' || partition_name) is not null;
        -- Made apart and attached: that lock lets reads and writes of the log go on.
        execute format(
            'create table pgrerank.%I (like pgrerank.rerank_log including all excluding indexes)',
            partition_name
        );
        execute format(
            'alter table pgrerank.%I enable row level security',
            partition_name
        );
        execute format(
            'alter table pgrerank.rerank_log attach partition pgrerank.%I '
            'for values from (%L) to (%L)',
            partition_name, first_day, first_day + interval '1 month'
        );
        made := made + 1;
    end loop;
    return made;
end
$$;

grant execute on function pgrerank.ensure_log_partitions_v1(integer) to pgrerank_app;
