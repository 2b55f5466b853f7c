-- api_key: keys of the current tenant, which are revoked but never deleted; hidden from analysts.
alter table pgrerank.api_key enable row level security;

grant select, insert, update (revoked_at) on pgrerank.api_key to pgrerank_app;
create policy app on pgrerank.api_key
to pgrerank_app
using (tenant_id = pgrerank.current_tenant_v1())
with check (tenant_id = pgrerank.current_tenant_v1());
