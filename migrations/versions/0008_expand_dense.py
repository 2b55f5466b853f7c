"""Vectors of up to 4,000 dimensions, filters that cost little, two embedders side by side."""

from alembic import op

from pgrerank.storage import sqlfile

revision = "0008"
down_revision = "0007"

TABLES = (
    # Without a default, so that no row is rewritten. A vector lies in `embedding` up to 2,000
    # dimensions, in `half` above; no constraint says so, since it would read every row.
    # `document_id` is of its chunk, and null in rows from before.
    """
    alter table pgrerank.chunk_embedding
    -- squawk-ignore ban-drop-not-null
    alter column embedding drop not null,
    add column half public.halfvec,
    add column document_id uuid
    """,
    # Beside its key, as `embedding` is.
    "alter table pgrerank.chunk_embedding alter column half set storage main",
    # The other set of vectors that a collection has or is getting.
    """
    alter table pgrerank.collection
    add column second_state text
        constraint ck_collection_second_state
        check (second_state in ('filling', 'ready', 'former')),
    add column second_embedder_id uuid
        -- squawk-ignore adding-foreign-key-constraint
        constraint fk_collection_second_embedder_id_model references pgrerank.model (id)
    """,
)

FUNCTIONS = (
    "embedding_index_v2",
    "nearest_of_documents_v1",
    "nearest_indexed_v2",
    "nearest_of_large_v1",
    "dense_leg_v2",
)

DROPS = (
    """
    alter table pgrerank.collection
    drop column second_embedder_id,
    drop column second_state
    """,
    # The version before has no place for them.
    "delete from pgrerank.chunk_embedding where embedding is null",
    """
    alter table pgrerank.chunk_embedding
    drop column document_id,
    drop column half,
    alter column embedding set not null
    """,
)


def upgrade() -> None:
    for statement in TABLES:
        op.execute(statement)
    for name in FUNCTIONS:
        sqlfile.apply(f"functions/{name}.sql")


def downgrade() -> None:
    for name in reversed(FUNCTIONS):
        op.execute(f"drop function pgrerank.{name}")
    for statement in DROPS:
        op.execute(statement)
