-- Runtime statements of storage/doctor.py.

-- server --
-- Version of PostgreSQL, as text and as libpq's number, and of pgvector if installed.
select
    current_setting('server_version') as server,
    current_setting('server_version_num')::integer as server_number,
    (
        select e.extversion
        from pg_catalog.pg_extension as e
        where e.extname = 'vector'
    ) as pgvector;

-- unprotected_tables --
-- Tables with tenants' rows but without row-level security; there should be none.
select c.relname as name
from pg_catalog.pg_class as c
inner join pg_catalog.pg_attribute as a
    on
        c.oid = a.attrelid
        and a.attname = 'tenant_id'
where
    c.relnamespace = 'pgrerank'::regnamespace
    and c.relkind in ('r', 'p')
    and not c.relispartition
    and not c.relrowsecurity
order by c.relname;

-- makers --
-- Our roles that may create temporary objects in this database; there should be none, since such an
-- object could shadow one of ours.
select r.rolname as name
from pg_catalog.pg_roles as r
where
    r.rolname in ('pgrerank_app', 'pgrerank_analyst')
    and pg_catalog.has_database_privilege(
        r.oid, pg_catalog.current_database(), 'TEMPORARY'
    )
order by r.rolname;

-- log_partitions --
-- The number of the rerank log's partitions, and whether this month and the next have one.
with partition_names as (
    select c.relname as name
    from pg_catalog.pg_inherits as i
    inner join pg_catalog.pg_class as c on i.inhrelid = c.oid
    where i.inhparent = 'pgrerank.rerank_log'::regclass
)

select
    count(*) as partitions,
    coalesce(
        bool_or(p.name = to_char(now() at time zone 'utc', '"rerank_log_"YYYYMM')), false
    ) as has_this_month,
    coalesce(
        bool_or(
            p.name
            = to_char(now() at time zone 'utc' + interval '1 month', '"rerank_log_"YYYYMM')
        ),
        false
    ) as has_next_month
from partition_names as p;

-- log_counts --
-- When searches were last counted by day, and how many logged ones are newer, up to 1,000.
with counted as (
    select max(d.counted_at) as counted_at
    from pgrerank.score_daily as d
)

select
    c.counted_at,
    (
        select count(*)
        from (
            -- Only their number matters, so any 1,000 will do.
            select 1
            from pgrerank.tenant as t
            inner join pgrerank.rerank_log as l on t.id = l.tenant_id
            where l.created_at > greatest(c.counted_at, now() - interval '7 days')
            limit 1000 -- noqa: AM09
        ) as newer
    ) as uncounted,
    c.counted_at < now() - interval '3 hours' as is_late
from counted as c;

-- largest_collection --
-- The collection with the most chunks, for a test search; no row if nothing is ingested.
select
    t.id as tenant_id,
    t.name as tenant,
    c.name as collection,
    sum(s.chunks)::bigint as chunks
from pgrerank.collection_size as s
inner join pgrerank.collection as c
    on
        s.tenant_id = c.tenant_id
        and s.collection_id = c.id
inner join pgrerank.tenant as t on s.tenant_id = t.id
group by t.id, t.name, c.name
having sum(s.chunks) > 0
order by sum(s.chunks) desc, t.name asc, c.name asc
limit 1;
