-- Runtime statements of storage/embedded.py.

-- has_database --
-- One row if the database exists.
select 1 as found
from pg_catalog.pg_database
where datname = 'pgrerank';

-- create_database --
-- Create the database of an embedded server.
create database pgrerank;

-- has_login --
-- One row if the login exists.
select 1 as found
from pg_catalog.pg_roles
where rolname = 'pgrerank_service';

-- create_login --
-- Create the service's login. It has no password, since only this user can open the socket.
create role pgrerank_service login in role pgrerank_app;
