-- api_key_candidates_v1: the keys whose secret begins with this prefix, of any tenant.
-- Called by: queries/keys.sql, before a tenant is known; hence security definer.
create function pgrerank.api_key_candidates_v1(prefix text)
returns setof pgrerank.api_key
language sql stable security definer
set search_path = ''
begin atomic
    select k.*
    from pgrerank.api_key as k
    where k.prefix = api_key_candidates_v1.prefix
    order by k.id;
end;

grant execute on function pgrerank.api_key_candidates_v1(text) to pgrerank_app;
