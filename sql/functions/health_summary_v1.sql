-- health_summary_v1: number of collections (reference sets, for the check `reference`) in each
-- state, by check, and by tenant if by_tenant is set.
-- Called by: the service, for its metrics. Security definer, since metrics are over all tenants; it
-- returns only counts, and names of tenants if by_tenant is set.
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
