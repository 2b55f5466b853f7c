-- The extension and the two schemas, owned by pgrerank_owner.
-- Run before every migration; idempotent.
create extension if not exists vector with schema public;
do $$
declare
    found constant text := (
        select n.nspname
        from pg_catalog.pg_extension as e
        inner join pg_catalog.pg_namespace as n on e.extnamespace = n.oid
        where e.extname = 'vector'
    );
begin
    -- Functions have a fixed search_path, so they qualify pgvector's operators with the schema.
    if found <> 'public' then
        raise exception 'pgvector is in the schema %, not in public', found
            using
                errcode = 'PR002',
                hint = 'As an administrator run: alter extension vector set schema public;';
    end if;
end
$$;
create schema if not exists pgrerank authorization pgrerank_owner;
create schema if not exists pgrerank_analytics authorization pgrerank_owner;


-- Only administrators may create objects that could shadow others of the same name: temporary ones,
-- and objects in `public`, where pgvector is. Requires the owner of the database.
do $$
begin
    if exists (
        select
        from pg_catalog.pg_database as d
        cross join
            pg_catalog.aclexplode(
                coalesce(d.datacl, pg_catalog.acldefault('d', d.datdba))
            ) as a
        where
            d.datname = pg_catalog.current_database()
            and a.grantee = 0
            and a.privilege_type = 'TEMPORARY'
    ) then
        execute pg_catalog.format(
            'revoke temporary on database %I from public', pg_catalog.current_database()
        );
    end if;
    if exists (
        select
        from pg_catalog.pg_namespace as n
        cross join
            pg_catalog.aclexplode(
                coalesce(n.nspacl, pg_catalog.acldefault('n', n.nspowner))
            ) as a
        where
            n.nspname = 'public'
            and a.grantee = 0
            and a.privilege_type = 'CREATE'
    ) then
        revoke create on schema public from public;
    end if;
end
$$;

-- From here on as pgrerank_owner, so that it owns what follows, and with only PostgreSQL's own
-- schema in the search path.
set role pgrerank_owner;
set search_path = pg_catalog, pg_temp;

-- New functions may be called only by roles with a grant, not by everyone.
alter default privileges revoke execute on functions from public;
