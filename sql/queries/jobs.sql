-- Statements of storage/jobs.py, run as the owner. The tables are procrastinate's own.

-- one_at_a_time --
-- Wait for another worker that prepares the queue; a lock until the transaction ends.
lock table pgrerank.alembic_version in share row exclusive mode;

-- make_schema --
-- Create the queue's schema, separate from ours.
create schema if not exists pgrerank_jobs authorization pgrerank_owner;

-- enter_schema --
-- Set the session's search path to the queue's schema.
set search_path = pgrerank_jobs;

-- version --
-- The library's version for which the queue's tables were made; null if there are none.
select obj_description(to_regnamespace('pgrerank_jobs'), 'pg_namespace') as version;

-- note_version --
-- The statement that stores that version in a comment, which takes no parameters.
select format('comment on schema pgrerank_jobs is %%L', %(version)s::text) as statement;
