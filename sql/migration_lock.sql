-- A lock on migrations and restores: waits for the holder, and is held until the transaction ends,
-- which must be rolled back. Concurrent creation of a schema of the same name waits like a lock,
-- and only logins that may create schemas can take it. Every login could take an advisory lock, and
-- a table may not exist yet.
do $$
begin
    perform pg_catalog.set_config('lock_timeout', '30min', true);
    perform pg_catalog.set_config('idle_in_transaction_session_timeout', '0', true);
    create schema pgrerank_migration_lock;
end
$$;
