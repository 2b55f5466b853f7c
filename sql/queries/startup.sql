-- Runtime statements of storage/startup.py. They read only the catalogue, which every login may.

-- login --
-- The connected login, and its properties that matter for row-level security and the service.
select
    current_user::text as login,
    exists(
        select 1
        from pg_catalog.pg_roles as r
        where r.rolsuper and pg_catalog.pg_has_role(current_user, r.oid, 'member')
    ) as is_superuser,
    exists(
        select 1
        from pg_catalog.pg_roles as r
        where r.rolbypassrls and pg_catalog.pg_has_role(current_user, r.oid, 'member')
    ) as bypasses_rls,
    exists(
        select 1
        from pg_catalog.pg_roles as r
        where
            r.rolname = 'pgrerank_owner'
            and pg_catalog.pg_has_role(current_user, r.oid, 'member')
    ) as is_owner,
    exists(
        select 1
        from pg_catalog.pg_roles as r
        where
            r.rolname = 'pgrerank_app'
            and pg_catalog.pg_has_role(current_user, r.oid, 'usage')
    ) as is_app;

-- extension --
-- The version of pgvector in the database, if installed.
select e.extversion
from pg_catalog.pg_extension as e
where e.extname = 'vector';

-- extension_package --
-- The version of pgvector that the server can install, if it has the package.
select a.default_version
from pg_catalog.pg_available_extensions as a
where a.name = 'vector';

-- has_revision --
-- One row if the database was migrated.
select 1 as found
from pg_catalog.pg_class as c
inner join pg_catalog.pg_namespace as n on c.relnamespace = n.oid
where
    n.nspname = 'pgrerank'
    and c.relname = 'alembic_version';

-- revision --
-- The revision of the database.
select v.version_num
from pgrerank.alembic_version as v;

-- connection_limit --
-- Most connections that the server accepts from logins without privileges.
select
    pg_catalog.current_setting('max_connections')::int
    - pg_catalog.current_setting('superuser_reserved_connections')::int
    - pg_catalog.current_setting('reserved_connections')::int as most;
