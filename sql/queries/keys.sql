-- Runtime statements of storage/keys.py.

-- find --
-- Unexpired keys of any tenant by the prefix of their secret. Expiry is by PostgreSQL's clock,
-- which all processes of the service share.
select
    k.tenant_id,
    k.id,
    k.name,
    k.prefix,
    k.secret_hash,
    k.scopes,
    k.created_at,
    k.expires_at,
    k.revoked_at
from pgrerank.api_key_candidates_v1(%(prefix)s) as k
where k.expires_at is null or k.expires_at > now()
order by k.id;

-- retire --
-- Mark expired keys of this name as revoked at their expiry, so that the name is free.
update pgrerank.api_key as k
set revoked_at = k.expires_at
where
    k.tenant_id = %(tenant_id)s
    and k.name = %(name)s
    and k.revoked_at is null
    and k.expires_at <= %(created_at)s;

-- create --
-- Insert a key.
insert into pgrerank.api_key (
    tenant_id,
    id,
    name,
    prefix,
    secret_hash,
    scopes,
    created_at,
    expires_at
)
values (
    %(tenant_id)s,
    %(id)s,
    %(name)s,
    %(prefix)s,
    %(secret_hash)s,
    %(scopes)s,
    %(created_at)s,
    %(expires_at)s
);

-- page --
-- The tenant's keys before `before`, newest first.
select
    k.tenant_id,
    k.id,
    k.name,
    k.prefix,
    k.secret_hash,
    k.scopes,
    k.created_at,
    k.expires_at,
    k.revoked_at
from pgrerank.api_key as k
where
    k.tenant_id = %(tenant_id)s
    and (%(before)s::uuid is null or k.id < %(before)s::uuid)
order by k.id desc
limit %(row_count)s;

-- revoke --
-- Revoke a key, unless it was revoked earlier; one row if the key exists.
with revoked as (
    update pgrerank.api_key as k
    set revoked_at = now()
    where
        k.tenant_id = %(tenant_id)s
        and k.id = %(id)s
        and k.revoked_at is null
)

select k.id
from pgrerank.api_key as k
where
    k.tenant_id = %(tenant_id)s
    and k.id = %(id)s;
