-- tenant: the service sees the current tenant, an analyst those granted to the login.
alter table pgrerank.tenant enable row level security;

grant select on pgrerank.tenant to pgrerank_app;
create policy app on pgrerank.tenant
to pgrerank_app
using (id = pgrerank.current_tenant_v1())
with check (id = pgrerank.current_tenant_v1());

grant select on pgrerank.tenant to pgrerank_analyst;
create policy analyst on pgrerank.tenant
for select
to pgrerank_analyst
using (
    id in (
        select g.tenant_id
        from pgrerank.analyst_grant as g
        where g.login = session_user
    )
);
