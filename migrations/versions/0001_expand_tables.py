"""All tables of the first release, their policies and grants."""

from alembic import op

from pgrerank.storage import sqlfile

revision = "0001"
down_revision = None

TABLES = (
    """
    create table pgrerank.tenant (
        id uuid not null,
        name text not null,
        created_at timestamptz not null default now(),
        constraint pk_tenant primary key (id),
        constraint uq_tenant_name unique (name)
    )
    """,
    """
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
    )
    """,
    "create index ix_api_key_prefix on pgrerank.api_key (prefix)",
    """
    create table pgrerank.model (
        id uuid not null,
        kind text not null,
        name text not null,
        revision text,
        fingerprint text not null,
        precision text not null,
        max_length integer not null,
        dimensions integer,
        score_kind text,
        created_at timestamptz not null default now(),
        constraint pk_model primary key (id),
        constraint uq_model_fingerprint unique (fingerprint),
        constraint ck_model_kind check (kind in ('embedder', 'reranker'))
    )
    """,
    """
    create table pgrerank.collection (
        tenant_id uuid not null,
        id uuid not null,
        name text not null,
        text_search text not null,
        embedder_id uuid not null,
        created_at timestamptz not null default now(),
        constraint pk_collection primary key (tenant_id, id),
        constraint uq_collection_tenant_id_name unique (tenant_id, name),
        constraint fk_collection_tenant_id_tenant foreign key (tenant_id)
            references pgrerank.tenant (id) on delete cascade,
        constraint fk_collection_embedder_id_model foreign key (embedder_id)
            references pgrerank.model (id)
    )
    """,
    """
    create table pgrerank.collection_size (
        tenant_id uuid not null,
        collection_id uuid not null,
        shard smallint not null,
        documents bigint not null,
        chunks bigint not null,
        lexemes bigint not null,
        constraint pk_collection_size primary key (tenant_id, collection_id, shard),
        constraint fk_collection_size_tenant_id_collection_id_collection
            foreign key (tenant_id, collection_id)
            references pgrerank.collection (tenant_id, id) on delete cascade
    )
    """,
    """
    create table pgrerank.document (
        tenant_id uuid not null,
        id uuid not null,
        collection_id uuid not null,
        external_id text not null,
        title text not null,
        uri text,
        metadata jsonb not null,
        content_hash bytea not null,
        created_at timestamptz not null default now(),
        updated_at timestamptz not null default now(),
        constraint pk_document primary key (tenant_id, id),
        constraint uq_document_tenant_id_collection_id_external_id
            unique (tenant_id, collection_id, external_id),
        constraint fk_document_tenant_id_collection_id_collection
            foreign key (tenant_id, collection_id)
            references pgrerank.collection (tenant_id, id) on delete cascade
    )
    """,
    "create index ix_document_metadata on pgrerank.document using gin (metadata jsonb_path_ops)",
    """
    create table pgrerank.chunk (
        tenant_id uuid not null,
        id uuid not null,
        collection_id uuid not null,
        document_id uuid not null,
        ordinal integer not null,
        content text not null,
        content_hash bytea not null,
        token_count integer not null,
        lexeme_count integer not null,
        tsv tsvector not null,
        term_frequencies public.sparsevec(268435456) not null,
        constraint pk_chunk primary key (tenant_id, id),
        constraint uq_chunk_tenant_id_document_id_ordinal
            unique (tenant_id, document_id, ordinal),
        constraint fk_chunk_tenant_id_collection_id_collection
            foreign key (tenant_id, collection_id)
            references pgrerank.collection (tenant_id, id) on delete cascade,
        constraint fk_chunk_tenant_id_document_id_document
            foreign key (tenant_id, document_id)
            references pgrerank.document (tenant_id, id) on delete cascade
    )
    """,
    "create index ix_chunk_tenant_id_collection_id on pgrerank.chunk (tenant_id, collection_id)",
    "create index ix_chunk_tsv on pgrerank.chunk using gin (tsv)",
    """
    create table pgrerank.chunk_embedding (
        tenant_id uuid not null,
        collection_id uuid not null,
        model_id uuid not null,
        chunk_id uuid not null,
        -- Beside its key, not in TOAST: an exact scan reads six times as fast.
        embedding public.vector storage main not null,
        constraint pk_chunk_embedding
            primary key (tenant_id, collection_id, model_id, chunk_id),
        constraint fk_chunk_embedding_tenant_id_chunk_id_chunk
            foreign key (tenant_id, chunk_id)
            references pgrerank.chunk (tenant_id, id) on delete cascade,
        constraint fk_chunk_embedding_model_id_model foreign key (model_id)
            references pgrerank.model (id)
    )
    """,
    # Without it each deleted chunk would read its tenant's part of the primary key.
    """
    create index ix_chunk_embedding_tenant_id_chunk_id
    on pgrerank.chunk_embedding (tenant_id, chunk_id)
    """,
    """
    create table pgrerank.rerank_log (
        tenant_id uuid not null,
        created_at timestamptz not null,
        id uuid not null,
        collection_id uuid not null,
        collection_name text not null,
        query text not null,
        strategy text not null,
        profile text not null,
        knobs jsonb not null,
        status text not null,
        reason text,
        depth integer not null,
        limit_ integer not null,
        returned integer not null,
        embedder_id uuid,
        reranker_id uuid,
        dense_requested integer,
        dense_returned integer,
        dense_scan text,
        keyword_requested integer,
        keyword_returned integer,
        keyword_scan text,
        timings_ms jsonb not null,
        cut jsonb not null,
        source text not null default 'search',
        chunk_ids uuid[] not null,
        dense_ranks smallint[] not null,
        dense_scores real[] not null,
        keyword_ranks smallint[] not null,
        keyword_scores real[] not null,
        fused_ranks smallint[] not null,
        fused_scores real[] not null,
        rerank_scores double precision[] not null,
        relevances real[] not null,
        truncated boolean[] not null,
        final_ranks smallint[] not null,
        constraint pk_rerank_log primary key (tenant_id, created_at, id),
        constraint fk_rerank_log_tenant_id_tenant foreign key (tenant_id)
            references pgrerank.tenant (id) on delete cascade,
        constraint fk_rerank_log_embedder_id_model foreign key (embedder_id)
            references pgrerank.model (id),
        constraint fk_rerank_log_reranker_id_model foreign key (reranker_id)
            references pgrerank.model (id),
        constraint ck_rerank_log_status
            check (status in ('full', 'partial', 'skipped', 'failed')),
        constraint ck_rerank_log_parallel check (
            cardinality(chunk_ids) = all (array[
                cardinality(dense_ranks),
                cardinality(dense_scores),
                cardinality(keyword_ranks),
                cardinality(keyword_scores),
                cardinality(fused_ranks),
                cardinality(fused_scores),
                cardinality(rerank_scores),
                cardinality(relevances),
                cardinality(truncated),
                cardinality(final_ranks)
            ])
        )
    )
    partition by range (created_at)
    """,
    """
    create table pgrerank.analyst_grant (
        tenant_id uuid not null,
        login text not null,
        constraint pk_analyst_grant primary key (tenant_id, login),
        constraint fk_analyst_grant_tenant_id_tenant foreign key (tenant_id)
            references pgrerank.tenant (id) on delete cascade
    )
    """,
)

FUNCTIONS = (
    "current_tenant_v1",
    "api_key_candidates_v1",
    "collection_size_add_v1",
    "collection_size_document_v1",
    "collection_size_chunk_v1",
    "ensure_log_partitions_v1",
    "drop_log_partitions_before_v1",
)

TRIGGERS = (
    """
    create trigger collection_size_insert after insert on pgrerank.document
    referencing new table as new_rows
    for each statement execute function pgrerank.collection_size_document_v1()
    """,
    """
    create trigger collection_size_delete after delete on pgrerank.document
    referencing old table as old_rows
    for each statement execute function pgrerank.collection_size_document_v1()
    """,
    """
    create trigger collection_size_insert after insert on pgrerank.chunk
    referencing new table as new_rows
    for each statement execute function pgrerank.collection_size_chunk_v1()
    """,
    """
    create trigger collection_size_update after update on pgrerank.chunk
    referencing old table as old_rows new table as new_rows
    for each statement execute function pgrerank.collection_size_chunk_v1()
    """,
    """
    create trigger collection_size_delete after delete on pgrerank.chunk
    referencing old table as old_rows
    for each statement execute function pgrerank.collection_size_chunk_v1()
    """,
)

POLICIES = (
    "tenant",
    "api_key",
    "model",
    "collection",
    "collection_size",
    "document",
    "chunk",
    "chunk_embedding",
    "rerank_log",
    "analyst_grant",
)

DROPS = (
    # With it go the policies of the service.
    "drop function pgrerank.current_tenant_v1() cascade",
    "drop function pgrerank.api_key_candidates_v1(text)",
    "drop function pgrerank.collection_size_add_v1(uuid, uuid, bigint, bigint, bigint)",
    """
    drop table
        pgrerank.analyst_grant,
        pgrerank.rerank_log,
        pgrerank.chunk_embedding,
        pgrerank.chunk,
        pgrerank.document,
        pgrerank.collection_size,
        pgrerank.collection,
        pgrerank.model,
        pgrerank.api_key,
        pgrerank.tenant
    """,
    "drop function pgrerank.collection_size_document_v1()",
    "drop function pgrerank.collection_size_chunk_v1()",
    "drop function pgrerank.ensure_log_partitions_v1(integer)",
    "drop function pgrerank.drop_log_partitions_before_v1(integer)",
)


def upgrade() -> None:
    for statement in TABLES:
        op.execute(statement)
    for name in FUNCTIONS:
        sqlfile.apply(f"functions/{name}.sql")
    for statement in TRIGGERS:
        op.execute(statement)
    for name in POLICIES:
        sqlfile.apply(f"policies/{name}.sql")
    op.execute("grant usage on schema pgrerank to pgrerank_app, pgrerank_analyst")
    op.execute("grant usage on schema pgrerank_analytics to pgrerank_analyst")
    op.execute("grant select on pgrerank.alembic_version to pgrerank_app")


def downgrade() -> None:
    for statement in DROPS:
        op.execute(statement)
