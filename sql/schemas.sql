-- The extension and the two schemas, owned by pgrerank_owner.
-- Run before every migration; changes nothing where all is in place.
create extension if not exists vector with schema public;
create schema if not exists pgrerank authorization pgrerank_owner;
create schema if not exists pgrerank_analytics authorization pgrerank_owner;

-- A function is callable by those it is granted to, not by everyone.
alter default privileges for role pgrerank_owner revoke execute on functions from public;
