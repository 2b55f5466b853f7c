-- Runtime statements of storage/embedded.py.

-- has_database --
-- One row if there is such a database.
select 1 as found
from pg_catalog.pg_database
where datname = 'pgrerank';

-- create_database --
-- The one database of an embedded server.
create database pgrerank;

-- has_login --
-- One row if there is such a role.
select 1 as found
from pg_catalog.pg_roles
where rolname = 'pgrerank_service';

-- create_login --
-- The service's login; the socket is its protection, so it has no password.
create role pgrerank_service login in role pgrerank_app;
