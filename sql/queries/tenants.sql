-- Runtime statements of storage/tenants.py.

-- create --
-- One new tenant.
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
-- Names of all tenants, some of them where they are many.
select t.name
from pgrerank.tenant as t
order by t.name
limit 1000;

-- set_quota --
-- Changes the quota of a tenant, null for the default; the tenant, if there is one of this name.
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
-- Says whether the log keeps texts; the tenant, if there is one of this name.
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
-- A tenant with all it owns; one row if there was one.
delete from pgrerank.tenant as t
where t.name = %(name)s
returning t.id;
