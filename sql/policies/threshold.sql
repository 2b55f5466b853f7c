-- threshold: the service sets, reads and deletes; analysts read what is granted.
alter table pgrerank.threshold enable row level security;

grant select, insert, update, delete on pgrerank.threshold to pgrerank_app;
create policy app on pgrerank.threshold
to pgrerank_app
using (tenant_id = pgrerank.current_tenant_v1())
with check (tenant_id = pgrerank.current_tenant_v1());

grant select on pgrerank.threshold to pgrerank_analyst;
create policy analyst on pgrerank.threshold
for select
to pgrerank_analyst
using (
    tenant_id in (
        select g.tenant_id
        from pgrerank.analyst_grant as g
        where g.login = session_user
    )
);
