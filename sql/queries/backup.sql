-- Runtime statements of storage/backup.py and storage/restore.py, run as the owner.

-- export_snapshot --
-- Name of the transaction's snapshot.
select pg_export_snapshot() as snapshot;

-- plain_texts --
-- Make the text form of values the same on all servers, and disable the statement timeout.
select
    set_config('timezone', 'UTC', true) as timezone,
    set_config('datestyle', 'ISO, YMD', true) as datestyle,
    set_config('intervalstyle', 'postgres', true) as intervalstyle,
    set_config('bytea_output', 'hex', true) as bytea_output,
    set_config('extra_float_digits', '1', true) as extra_float_digits,
    set_config('statement_timeout', '0', true) as statement_timeout;

-- facts --
-- The versions that a server must have to restore a backup of this one.
select
    current_setting('server_version') as server,
    current_setting('server_version_num')::integer as server_number,
    (
        select e.extversion
        from pg_catalog.pg_extension as e
        where e.extname = 'vector'
    ) as pgvector;

-- schemas --
-- Those of our schemas that exist.
select n.nspname as name
from pg_catalog.pg_namespace as n
where n.nspname in ('pgrerank', 'pgrerank_analytics', 'pgrerank_jobs')
order by n.nspname;

-- tables --
-- Tables of our schemas that store rows, with a statement that counts the rows and sums their
-- hashes, which needs no order, and one that returns a row. PostgreSQL quotes the names.
select
    format('%%I.%%I', n.nspname, c.relname) as name,
    format(
        'select count(*), coalesce(sum((''x'' || left(md5(of_row::text), 15))::bit(60)::bigint), 0)'
        '::text from %%I.%%I as of_row',
        n.nspname,
        c.relname
    ) as checksum,
    format('select 1 from %%I.%%I limit 1', n.nspname, c.relname) as sample,
    format('analyze %%I.%%I', n.nspname, c.relname) as analysis
from pg_catalog.pg_class as c
inner join pg_catalog.pg_namespace as n on c.relnamespace = n.oid
where
    n.nspname in ('pgrerank', 'pgrerank_analytics', 'pgrerank_jobs')
    and c.relkind = 'r'
    and c.relname <> %(besides)s
order by n.nspname, c.relname;

-- grantees --
-- Roles other than ours that have privileges on our objects.
with granted as (
    select (aclexplode(c.relacl)).grantee
    from pg_catalog.pg_class as c
    inner join pg_catalog.pg_namespace as n on c.relnamespace = n.oid
    where n.nspname in ('pgrerank', 'pgrerank_analytics', 'pgrerank_jobs')
    union
    select (aclexplode(p.proacl)).grantee
    from pg_catalog.pg_proc as p
    inner join pg_catalog.pg_namespace as n on p.pronamespace = n.oid
    where n.nspname in ('pgrerank', 'pgrerank_analytics', 'pgrerank_jobs')
    union
    select (aclexplode(n.nspacl)).grantee
    from pg_catalog.pg_namespace as n
    where n.nspname in ('pgrerank', 'pgrerank_analytics', 'pgrerank_jobs')
)

select r.rolname as name
from granted as g
inner join pg_catalog.pg_roles as r on g.grantee = r.oid
where r.rolname not in ('pgrerank_owner', 'pgrerank_app', 'pgrerank_analyst')
order by r.rolname;

-- missing_roles --
-- Those of the given roles that this server does not have.
select w.name
from unnest(%(names)s::text[]) as w (name)
where
    not exists (
        select 1
        from pg_catalog.pg_roles as r
        where r.rolname = w.name
    )
order by w.name;

-- analysts --
-- Logins that may read a tenant.
select distinct g.login as name
from pgrerank.analyst_grant as g
order by g.login;

-- removals --
-- Statements that drop our schemas, one for each that exists.
select format('drop schema %%I cascade', n.nspname) as name
from pg_catalog.pg_namespace as n
where n.nspname in ('pgrerank', 'pgrerank_analytics', 'pgrerank_jobs')
order by n.nspname desc;
