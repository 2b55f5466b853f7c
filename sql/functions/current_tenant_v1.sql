-- current_tenant_v1: the tenant of this transaction, out of the setting pgrerank.tenant_id.
-- Called by: every policy and the retrieval functions. Unset: an error, never "no restriction".
create function pgrerank.current_tenant_v1()
returns uuid
language sql stable parallel safe
return current_setting('pgrerank.tenant_id')::uuid;

grant execute on function pgrerank.current_tenant_v1() to pgrerank_app;
