-- collection_word: read-only for the service; triggers write it.
alter table pgrerank.collection_word enable row level security;

grant select on pgrerank.collection_word to pgrerank_app;
create policy app on pgrerank.collection_word
to pgrerank_app
using (tenant_id = pgrerank.current_tenant_v1())
with check (tenant_id = pgrerank.current_tenant_v1());

grant select on pgrerank.collection_word to pgrerank_analyst;
create policy analyst on pgrerank.collection_word
for select
to pgrerank_analyst
using (
    tenant_id in (
        select g.tenant_id
        from pgrerank.analyst_grant as g
        where g.login = session_user
    )
);
