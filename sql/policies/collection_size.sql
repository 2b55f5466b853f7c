-- collection_size: the service adds to the counts with each write; analysts read what is granted.
alter table pgrerank.collection_size enable row level security;

grant select, insert, update on pgrerank.collection_size to pgrerank_app;
create policy app on pgrerank.collection_size
to pgrerank_app
using (tenant_id = pgrerank.current_tenant_v1())
with check (tenant_id = pgrerank.current_tenant_v1());

grant select on pgrerank.collection_size to pgrerank_analyst;
create policy analyst on pgrerank.collection_size
for select
to pgrerank_analyst
using (
    tenant_id in (
        select g.tenant_id
        from pgrerank.analyst_grant as g
        where g.login = session_user
    )
);
