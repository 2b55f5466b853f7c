-- api_key_candidates_v1: the keys whose secret begins with this prefix, of any tenant.
-- Called by: queries/keys.sql, before the tenant is known; therefore security definer.
create function pgrerank.api_key_candidates_v1(key_prefix text)
returns setof pgrerank.api_key
language sql stable security definer
set search_path = pg_catalog, pg_temp
begin atomic
    select
        k.tenant_id,
        k.id,
        k.name,
        k.prefix,
        k.secret_hash,
        k.scopes,
        k.created_at,
        k.expires_at,
        k.revoked_at
    from pgrerank.api_key as k
    where k.prefix = key_prefix
    order by k.id;
end;

grant execute on function pgrerank.api_key_candidates_v1(text) to pgrerank_app;
