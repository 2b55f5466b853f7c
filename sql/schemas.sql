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

-- From here on as the owner, who is to own what follows.
set role pgrerank_owner;

-- A function is callable by those it is granted to, not by everyone.
alter default privileges revoke execute on functions from public;
