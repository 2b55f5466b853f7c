-- rerank_log: the service adds and reads, never changes; analysts read what is granted.
alter table pgrerank.rerank_log enable row level security;

grant select, insert on pgrerank.rerank_log to pgrerank_app;
create policy app on pgrerank.rerank_log
to pgrerank_app
using (tenant_id = pgrerank.current_tenant_v1())
with check (tenant_id = pgrerank.current_tenant_v1());

grant select on pgrerank.rerank_log to pgrerank_analyst;
create policy analyst on pgrerank.rerank_log
for select
to pgrerank_analyst
using (
    tenant_id in (
        select g.tenant_id
        from pgrerank.analyst_grant as g
        where g.login = session_user
    )
);
