-- Runtime statements of storage/admin.py.

-- become_owner --
-- Act as the owner of all objects, to whom row-level security does not apply.
set role pgrerank_owner;

-- take_lock --
-- Take the lock of this name until the transaction ends; waits for its holder.
with allowed as (
    select
        set_config('statement_timeout', '0', true) as statements,
        set_config('lock_timeout', '0', true) as locks,
        set_config('idle_in_transaction_session_timeout', '0', true) as idleness
)

insert into pgrerank.exclusive_work (name)
select %(name)s
from allowed;

-- become_administrator --
-- Act as the login itself again, which may create and drop roles.
reset role;

-- login_statement --
-- The statement that creates a login, quoted by PostgreSQL; the password is a SCRAM verifier.
select format(
    'create role %%I login password %%L in role %%I',
    %(login)s::text,
    %(verifier)s::text,
    %(member_of)s::text
) as statement;

-- login_limits --
-- The statements that limit the connections and timeouts of an analyst's login, so that it does not
-- block others for long. The login can override the timeouts.
select format('alter role %%I ' || u.setting, %(login)s::text) as statement
from
    unnest(
        array[
            'connection limit 10',
            'set statement_timeout = ''5min''',
            'set lock_timeout = ''5s''',
            'set idle_in_transaction_session_timeout = ''1min'''
        ]
    ) as u (setting)
order by u.setting;

-- login_removal --
-- The statement that drops a login.
select format('drop role %%I', %(login)s::text) as statement;

-- is_login --
-- One row if the login exists and is a member of the group.
select 1 as found
from pg_catalog.pg_roles as r
where
    r.rolname = %(login)s
    and r.rolcanlogin
    and not r.rolsuper
    and pg_catalog.pg_has_role(r.oid, %(member_of)s, 'member');

-- grant_tenant --
-- Let an analyst's login read a tenant; granting twice is not an error. One row if there is such a
-- tenant.
with wanted as (
    select t.id
    from pgrerank.tenant as t
    where t.name = %(tenant)s
),

granted as (
    insert into pgrerank.analyst_grant (
        tenant_id,
        login
    )
    select
        w.id,
        %(login)s
    from wanted as w
    on conflict (tenant_id, login) do nothing
)

select w.id
from wanted as w;

-- revoke_tenant --
-- Revoke a login's right to read a tenant; one row if it was granted.
delete from pgrerank.analyst_grant as g
using pgrerank.tenant as t
where
    g.tenant_id = t.id
    and t.name = %(tenant)s
    and g.login = %(login)s
returning g.tenant_id;

-- revoke_all --
-- Revoke all tenants of a login.
delete from pgrerank.analyst_grant as g
where g.login = %(login)s;

-- grants --
-- Logins and the tenants they may read.
select
    g.login,
    t.name as tenant
from pgrerank.analyst_grant as g
inner join pgrerank.tenant as t on g.tenant_id = t.id
order by g.login, t.name;
