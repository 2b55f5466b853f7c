-- Runtime statements of storage/tenants.py.

-- create --
-- Insert a tenant.
insert into pgrerank.tenant (
    id,
    name,
    created_at
)
values (
    %(id)s,
    %(name)s,
    %(created_at)s
);

-- by_name --
-- The tenant of a name.
select
    t.id,
    t.name,
    t.created_at,
    t.pairs_per_second,
    t.keep_texts
from pgrerank.tenant as t
where t.name = %(name)s;

-- all --
-- Every tenant.
select
    t.id,
    t.name,
    t.created_at,
    t.pairs_per_second,
    t.keep_texts
from pgrerank.tenant as t
order by t.name;

-- names --
-- Names of all tenants; only some if there are many.
select t.name
from pgrerank.tenant as t
order by t.name
limit 1000;

-- set_quota --
-- Set a tenant's quota, null for the default; returns the tenant, if it exists.
update pgrerank.tenant as t
set pairs_per_second = %(pairs_per_second)s
where t.name = %(name)s
returning
    t.id,
    t.name,
    t.created_at,
    t.pairs_per_second,
    t.keep_texts;

-- set_keep_texts --
-- Set whether the log keeps texts; returns the tenant, if it exists.
update pgrerank.tenant as t
set keep_texts = %(keep_texts)s
where t.name = %(name)s
returning
    t.id,
    t.name,
    t.created_at,
    t.pairs_per_second,
    t.keep_texts;

-- delete --
-- Delete a tenant with everything it owns; one row if it existed.
delete from pgrerank.tenant as t
where t.name = %(name)s
returning t.id;
