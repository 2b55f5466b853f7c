-- calibration: the service adds, reads and deletes; analysts read what is granted.
alter table pgrerank.calibration enable row level security;

grant select, insert, delete on pgrerank.calibration to pgrerank_app;
create policy app on pgrerank.calibration
to pgrerank_app
using (tenant_id = pgrerank.current_tenant_v1())
with check (tenant_id = pgrerank.current_tenant_v1());

grant select on pgrerank.calibration to pgrerank_analyst;
create policy analyst on pgrerank.calibration
for select
to pgrerank_analyst
using (
    tenant_id in (
        select g.tenant_id
        from pgrerank.analyst_grant as g
        where g.login = session_user
    )
);
