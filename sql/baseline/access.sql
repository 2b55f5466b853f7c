-- Tenants, their keys, and the logins of analysts.

create table pgrerank.tenant (
    id uuid not null,
    name text not null,
    created_at timestamptz not null default now(),
    -- null: the default of the service holds
    pairs_per_second integer,
    -- whether the log keeps the texts of documents that callers bring
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

-- Of keys that were revoked, several may have had one name.
create unique index ix_api_key_tenant_id_name on pgrerank.api_key (tenant_id, name)
where revoked_at is null;

create table pgrerank.analyst_grant (
    tenant_id uuid not null,
    login text not null,
    constraint pk_analyst_grant primary key (tenant_id, login),
    constraint fk_analyst_grant_tenant_id_tenant foreign key (tenant_id)
    references pgrerank.tenant (id) on delete cascade
);
