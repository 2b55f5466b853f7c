-- score_daily: computed by a job; the service reads it, analysts read what is granted.
alter table pgrerank.score_daily enable row level security;

grant select on pgrerank.score_daily to pgrerank_app;
create policy app on pgrerank.score_daily
to pgrerank_app
using (tenant_id = pgrerank.current_tenant_v1())
with check (tenant_id = pgrerank.current_tenant_v1());

grant select on pgrerank.score_daily to pgrerank_analyst;
create policy analyst on pgrerank.score_daily
for select
to pgrerank_analyst
using (
    tenant_id in (
        select g.tenant_id
        from pgrerank.analyst_grant as g
        where g.login = session_user
    )
);
