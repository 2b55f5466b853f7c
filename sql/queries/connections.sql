-- Runtime statements of storage/tenancy.py and storage/pooler.py.

-- begin --
-- Begin a transaction. The statements below follow in the same round trip.
begin;

-- bind_tenant --
-- Bind the transaction to a tenant until it ends. SET is sent to the other servers of a cluster,
-- unlike a call of set_config. It takes no parameters, so the client formats them, quoted, into the
-- text.
set local "pgrerank.tenant_id" = %(bound_tenant_id)s;

-- limit_time --
-- Limit the time of each statement of the transaction.
set local statement_timeout = %(bound_timeout_ms)s;

-- commit --
-- Commit the transaction, in the same round trip as its only statement.
commit;

-- backend --
-- Process id of the backend.
select pg_backend_pid();
