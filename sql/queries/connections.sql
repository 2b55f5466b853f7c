-- Runtime statements of storage/tenancy.py and storage/pooler.py.

-- enter_tenant --
-- Binds the transaction to a tenant, and each of its statements to a time; its end unbinds.
select
    set_config('pgrerank.tenant_id', %(tenant_id)s, true) as tenant_id,
    set_config('statement_timeout', %(timeout_ms)s, true) as statement_timeout;

-- enter --
-- The same without a tenant.
select set_config('statement_timeout', %(timeout_ms)s, true);

-- backend --
-- Process id of the backend that this runs on.
select pg_backend_pid();
