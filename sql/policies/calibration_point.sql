-- calibration_point: the service adds and reads; analysts read what is granted.
alter table pgrerank.calibration_point enable row level security;

grant select, insert on pgrerank.calibration_point to pgrerank_app;
create policy app on pgrerank.calibration_point
to pgrerank_app
using (tenant_id = pgrerank.current_tenant_v1())
with check (tenant_id = pgrerank.current_tenant_v1());

grant select on pgrerank.calibration_point to pgrerank_analyst;
create policy analyst on pgrerank.calibration_point
for select
to pgrerank_analyst
using (
    tenant_id in (
        select g.tenant_id
        from pgrerank.analyst_grant as g
        where g.login = session_user
    )
);
