-- eval_query: as eval_run.
alter table pgrerank.eval_query enable row level security;

grant select, insert on pgrerank.eval_query to pgrerank_app;
create policy app on pgrerank.eval_query
to pgrerank_app
using (tenant_id = pgrerank.current_tenant_v1())
with check (tenant_id = pgrerank.current_tenant_v1());

grant select on pgrerank.eval_query to pgrerank_analyst;
create policy analyst on pgrerank.eval_query
for select
to pgrerank_analyst
using (
    tenant_id in (
        select g.tenant_id
        from pgrerank.analyst_grant as g
        where g.login = session_user
    )
);
