"""Tables of related documents, as SQLAlchemy metadata."""

from sqlalchemy import (
    REAL,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, BYTEA, UUID

from pgrerank.storage.tables.column import SCHEMA, of_model, of_row, required_column


def define(tables: MetaData) -> None:
    """Add the tables."""
    Table(
        "enrichment",
        tables,
        required_column("tenant_id", UUID),
        required_column("collection_id", UUID),
        required_column("embedder_id", UUID),
        required_column("reranker_id", UUID),
        required_column("method", Text),
        required_column("depth", Integer),
        required_column("revision", BigInteger),
        required_column("next_number", Integer),
        required_column("members", BigInteger),
        Column("checked_at", DateTime(timezone=True)),
        PrimaryKeyConstraint("tenant_id", "collection_id"),
        of_row("collection"),
        of_model("embedder_id"),
        of_model("reranker_id"),
    )
    _lists(tables)


def _lists(tables: MetaData) -> None:
    Table(
        "related_list",
        tables,
        required_column("tenant_id", UUID),
        required_column("document_id", UUID),
        required_column("collection_id", UUID),
        required_column("number", Integer),
        required_column("text_hash", BYTEA),
        required_column("text_revision", BigInteger),
        required_column("is_announced", Boolean),
        required_column("due_revision", BigInteger),
        required_column("list_revision", BigInteger),
        required_column("numbers", ARRAY(Integer)),
        required_column("scores", ARRAY(REAL)),
        Column("lowest_similarity", REAL),
        Column("leased_until", DateTime(timezone=True)),
        Column("renewed_at", DateTime(timezone=True)),
        PrimaryKeyConstraint("tenant_id", "document_id"),
        UniqueConstraint("tenant_id", "collection_id", "number"),
        ForeignKeyConstraint(
            ["tenant_id", "collection_id"],
            [f"{SCHEMA}.enrichment.tenant_id", f"{SCHEMA}.enrichment.collection_id"],
            ondelete="CASCADE",
        ),
        of_row("document"),
        Index(
            None,
            "tenant_id",
            "collection_id",
            "number",
            postgresql_where=text("due_revision > list_revision"),
        ),
    )
