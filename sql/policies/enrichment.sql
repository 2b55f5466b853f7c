-- enrichment: rows of the current tenant; analysts read what is granted.
alter table pgrerank.enrichment enable row level security;

grant select, insert, update, delete on pgrerank.enrichment to pgrerank_app;
create policy app on pgrerank.enrichment
to pgrerank_app
using (tenant_id = pgrerank.current_tenant_v1())
with check (tenant_id = pgrerank.current_tenant_v1());

grant select on pgrerank.enrichment to pgrerank_analyst;
create policy analyst on pgrerank.enrichment
for select
to pgrerank_analyst
using (
    tenant_id in (
        select g.tenant_id
        from pgrerank.analyst_grant as g
        where g.login = session_user
    )
);
