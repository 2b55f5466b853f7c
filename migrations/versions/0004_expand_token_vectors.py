"""Token vectors of chunks, stored for collections that ask for them; cascades in the log."""

from alembic import op

from pgrerank.storage import sqlfile

revision = "0004"
down_revision = "0003"

TABLES = (
    """
    alter table pgrerank.collection
    add column stores_tokens boolean not null default false
    """,
    """
    create table pgrerank.chunk_tokens (
        tenant_id uuid not null,
        chunk_id uuid not null,
        model_id uuid not null,
        -- Out of line and uncompressed: quantised numbers do not shrink, and the row stays narrow.
        vectors bytea storage external not null,
        constraint pk_chunk_tokens primary key (tenant_id, chunk_id, model_id),
        constraint fk_chunk_tokens_tenant_id_chunk_id_chunk
            foreign key (tenant_id, chunk_id)
            references pgrerank.chunk (tenant_id, id) on delete cascade,
        constraint fk_chunk_tokens_model_id_model foreign key (model_id)
            references pgrerank.model (id)
    )
    """,
    # A new column without a default is empty, so that its foreign key needs no look at the rows.
    """
    alter table pgrerank.rerank_log
    add column cascade_id uuid
        -- squawk-ignore adding-foreign-key-constraint
        constraint fk_rerank_log_cascade_id_model references pgrerank.model (id),
    add column cascade_scores double precision[]
    """,
)

DROPS = (
    "drop view pgrerank_analytics.rerank_cascade",
    "alter table pgrerank.rerank_log drop column cascade_scores, drop column cascade_id",
    "drop table pgrerank.chunk_tokens",
    "alter table pgrerank.collection drop column stores_tokens",
)


def upgrade() -> None:
    for statement in TABLES:
        op.execute(statement)
    sqlfile.apply("policies/chunk_tokens.sql")
    sqlfile.apply("views/rerank_cascade.sql")


def downgrade() -> None:
    for statement in DROPS:
        op.execute(statement)
