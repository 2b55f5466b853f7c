-- Tenants, their keys, and the grants of analysts.

create table pgrerank.tenant (
    id uuid not null,
    name text not null,
    created_at timestamptz not null default now(),
    -- null: the service's default
    pairs_per_second integer,
    -- whether the log keeps the texts of supplied documents
    keep_texts boolean not null default false,
    constraint pk_tenant primary key (id),
    constraint uq_tenant_name unique (name),
    constraint ck_tenant_pairs_per_second check (pairs_per_second >= 0)
);

create table pgrerank.api_key (
    tenant_id uuid not null,
    id uuid not null,
    name text not null,
    prefix text not null,
    secret_hash bytea not null,
    scopes text[] not null,
    created_at timestamptz not null default now(),
    expires_at timestamptz,
    revoked_at timestamptz,
    constraint pk_api_key primary key (tenant_id, id),
    constraint fk_api_key_tenant_id_tenant foreign key (tenant_id)
    references pgrerank.tenant (id) on delete cascade
);

create index ix_api_key_prefix on pgrerank.api_key (prefix);

-- Revoked keys may share a name.
create unique index ix_api_key_tenant_id_name on pgrerank.api_key (tenant_id, name)
where revoked_at is null;

create table pgrerank.analyst_grant (
    tenant_id uuid not null,
    login text not null,
    constraint pk_analyst_grant primary key (tenant_id, login),
    constraint fk_analyst_grant_tenant_id_tenant foreign key (tenant_id)
    references pgrerank.tenant (id) on delete cascade
);

comment on table pgrerank.tenant is 'One row for each tenant.';
comment on column pgrerank.tenant.id is 'Id of the tenant.';
comment on column pgrerank.tenant.name is 'Name of the tenant, unique.';
comment on column pgrerank.tenant.created_at is 'When it was made.';
comment on column pgrerank.tenant.pairs_per_second is
'Quota of reranked pairs a second; null: the default of the service.';
comment on column pgrerank.tenant.keep_texts is
'Whether the log keeps the texts of documents that callers supply.';

comment on table pgrerank.api_key is 'One row for each API key. Keys are revoked, never deleted.';
comment on column pgrerank.api_key.tenant_id is 'Id of the tenant that owns the row.';
comment on column pgrerank.api_key.id is 'Id of the key, as the log has it.';
comment on column pgrerank.api_key.name is
'Name of the key, unique among keys that are not revoked.';
comment on column pgrerank.api_key.prefix is 'Beginning of the key, by which it is found.';
comment on column pgrerank.api_key.secret_hash is
'Hash of the secret; the secret itself is not stored.';
comment on column pgrerank.api_key.scopes is 'What the key may do.';
comment on column pgrerank.api_key.created_at is 'When it was made.';
comment on column pgrerank.api_key.expires_at is 'From when on it is refused; null: never.';
comment on column pgrerank.api_key.revoked_at is 'When it was revoked; null: it was not.';

comment on table pgrerank.analyst_grant is
'Which login of an analyst may read which tenant, one row each.';
comment on column pgrerank.analyst_grant.tenant_id is 'Id of the tenant.';
comment on column pgrerank.analyst_grant.login is 'Name of the login.';
