-- The extension and the two schemas, owned by pgrerank_owner.
-- Run before every migration; changes nothing where all is in place.
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
    -- Functions pin their search_path and so name its operators by schema.
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


-- Nobody but the administrator makes objects that could stand for others of the same name: no
-- temporary ones, and none in `public`, where pgvector is. Needs the owner of the database.
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

-- From here on as the owner, who is to own what follows, and with no schema to look into but that
-- of Postgres itself.
set role pgrerank_owner;
set search_path = pg_catalog, pg_temp;

-- A function is callable by those it is granted to, not by everyone.
alter default privileges revoke execute on functions from public;
