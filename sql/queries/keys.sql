-- Runtime statements of storage/keys.py.

-- find --
-- Keys of any tenant by the beginning of their secret, but those that expired: by the clock of
-- Postgres, which all processes of the service share.
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
-- Keys of a name that have expired give it up: from their expiry on they count as revoked.
update pgrerank.api_key as k
set revoked_at = k.expires_at
where
    k.tenant_id = %(tenant_id)s
    and k.name = %(name)s
    and k.revoked_at is null
    and k.expires_at <= %(created_at)s;

-- create --
-- One new key.
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
-- The newest keys of the tenant that are older than `before`.
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
-- Revokes a key, keeping the instant of the first time; one row if there is such a key.
update pgrerank.api_key as k
set revoked_at = coalesce(k.revoked_at, now())
where
    k.tenant_id = %(tenant_id)s
    and k.id = %(id)s
returning k.id;
