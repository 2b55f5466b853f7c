-- health_summary_v1: how many collections (reference sets, for the check `reference`) are in which
-- state, by check; and by tenant, where asked.
-- Called by: the service, for its metrics; hence security definer: a gauge is over all tenants. It
-- tells counts, and names of tenants to whom asks for them.
create function pgrerank.health_summary_v1(by_tenant boolean)
returns table (check_name text, state text, tenant text, collections bigint)
language sql stable security definer
set search_path = pg_catalog, pg_temp
begin atomic
    select
        h.check_name,
        h.state,
        case when by_tenant then h.tenant else '' end as tenant,
        count(*) as collections
    from pgrerank_analytics.health as h
    group by 1, 2, 3
    order by 1, 2, 3;
end;

grant execute on function pgrerank.health_summary_v1(boolean) to pgrerank_app;
