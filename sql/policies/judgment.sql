-- judgment: the service adds, reads and deletes, and changes nothing but the time of a repeated
-- judgment; analysts read what is granted.
alter table pgrerank.judgment enable row level security;

grant select, insert, delete on pgrerank.judgment to pgrerank_app;
grant update (id, created_at) on pgrerank.judgment to pgrerank_app;
create policy app on pgrerank.judgment
to pgrerank_app
using (tenant_id = pgrerank.current_tenant_v1())
with check (tenant_id = pgrerank.current_tenant_v1());

grant select on pgrerank.judgment to pgrerank_analyst;
create policy analyst on pgrerank.judgment
for select
to pgrerank_analyst
using (
    tenant_id in (
        select g.tenant_id
        from pgrerank.analyst_grant as g
        where g.login = session_user
    )
);
