-- Statements of storage/jobs.py, run as the owner. The tables are procrastinate's own.

-- one_at_a_time --
-- Waits for another worker that prepares the queue; held until the transaction ends.
lock table pgrerank.alembic_version in share row exclusive mode;

-- make_schema --
-- Where the queue lives, apart from what is ours.
create schema if not exists pgrerank_jobs authorization pgrerank_owner;

-- enter_schema --
-- What follows in this session finds the queue's tables and functions.
set search_path = pgrerank_jobs;

-- version --
-- The version of the library that the queue's tables are made for; null where there are none.
select obj_description(to_regnamespace('pgrerank_jobs'), 'pg_namespace') as version;

-- note_version --
-- The statement that notes it: comments take no parameters.
select format('comment on schema pgrerank_jobs is %%L', %(version)s::text) as statement;
