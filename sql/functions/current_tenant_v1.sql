-- current_tenant_v1: the tenant of this transaction, from the setting pgrerank.tenant_id.
-- Called by: all policies and the retrieval functions. Raises an error if the setting is unset.
create function pgrerank.current_tenant_v1()
returns uuid
language sql stable parallel safe
return current_setting('pgrerank.tenant_id')::uuid;

grant execute on function pgrerank.current_tenant_v1() to pgrerank_app;
