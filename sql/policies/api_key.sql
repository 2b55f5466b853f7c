-- api_key: keys of the current tenant, which are revoked but never deleted; analysts read names.
alter table pgrerank.api_key enable row level security;

grant select, insert, update (revoked_at) on pgrerank.api_key to pgrerank_app;
create policy app on pgrerank.api_key
to pgrerank_app
using (tenant_id = pgrerank.current_tenant_v1())
with check (tenant_id = pgrerank.current_tenant_v1());

-- Analysts see which key is which, and nothing that would help to guess one.
grant select (tenant_id, id, name) on pgrerank.api_key to pgrerank_analyst;
create policy analyst on pgrerank.api_key
for select
to pgrerank_analyst
using (
    tenant_id in (
        select g.tenant_id
        from pgrerank.analyst_grant as g
        where g.login = session_user
    )
);
