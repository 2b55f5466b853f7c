-- Runtime statements of storage/pool.py and storage/tenancy.py.

-- configure --
-- What every pooled connection is set to once.
select set_config('statement_timeout', %(timeout_ms)s, false);

-- enter_tenant --
-- Binds the transaction to a tenant; its end unbinds.
select set_config('pgrerank.tenant_id', %(tenant_id)s, true);
