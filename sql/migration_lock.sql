-- Waits for whoever migrates or restores, and keeps others waiting until the transaction ends; it
-- must be undone. The name of a schema is waited for like a lock, and only by whoever may make one:
-- an advisory key could be held by every login, and a table may not be there yet.
do $$
begin
    perform pg_catalog.set_config('lock_timeout', '30min', true);
    perform pg_catalog.set_config('idle_in_transaction_session_timeout', '0', true);
    create schema pgrerank_migration_lock;
end
$$;
