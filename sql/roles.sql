-- The three roles, and the right of the migrating login to act as the owner.
-- Run before every migration; idempotent.
do $$
declare
    wanted constant text[] := array['pgrerank_owner', 'pgrerank_app', 'pgrerank_analyst'];
    missing text;
begin
    for missing in
        select role_name
        from unnest(wanted) as role_name
        where not exists (select from pg_catalog.pg_roles as r where r.rolname = role_name)
    loop
        begin
            execute format('create role %I nologin', missing);
        exception
            -- Another database of this server is being migrated at the same time.
            when duplicate_object or unique_violation then null;
        end;
    end loop;
    if not pg_catalog.pg_has_role(current_user, 'pgrerank_owner', 'set') then
        execute format('grant pgrerank_owner to %I with inherit false, set true', current_user);
    end if;
end
$$;
