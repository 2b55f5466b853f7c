-- Runtime statements of storage/tenancy.py and storage/pooler.py.

-- bind_tenant --
-- Binds the transaction to a tenant; its end unbinds. A statement, which other servers of a cluster
-- are told, where a call of set_config stays on the one that is asked. SET takes no parameters: the
-- client writes them into the text, quoted.
set local "pgrerank.tenant_id" = %(tenant_id)s;

-- limit_time --
-- Bounds the time of each statement of the transaction.
set local statement_timeout = %(timeout_ms)s;

-- backend --
-- Process id of the backend that this runs on.
select pg_backend_pid();
