-- related_list: rows of the current tenant; analysts read what is granted.
alter table pgrerank.related_list enable row level security;

grant select, insert, update, delete on pgrerank.related_list to pgrerank_app;
create policy app on pgrerank.related_list
to pgrerank_app
using (tenant_id = pgrerank.current_tenant_v1())
with check (tenant_id = pgrerank.current_tenant_v1());

grant select on pgrerank.related_list to pgrerank_analyst;
create policy analyst on pgrerank.related_list
for select
to pgrerank_analyst
using (
    tenant_id in (
        select g.tenant_id
        from pgrerank.analyst_grant as g
        where g.login = session_user
    )
);
