"""Tables of daily statistics and reference sets, as SQLAlchemy metadata."""

from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Computed,
    Date,
    DateTime,
    Double,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import ARRAY, BIGINT, BYTEA, JSONB, UUID

_SEARCH_COUNTS = (
    "searches",
    "partial_searches",
    "skipped_searches",
    "failed_searches",
    "pairs",
    "truncated_pairs",
    "changed_top_1",
    "changed_top_3",
    "changed_top_10",
    "tau_searches",
)


def define(tables: MetaData) -> None:
    """Add the tables."""
    _score_daily(tables)
    _references(tables)


def _score_daily(tables: MetaData) -> None:
    Table(
        "score_daily",
        tables,
        Column("tenant_id", UUID, nullable=False),
        Column("day", Date, nullable=False),
        Column("collection_id", UUID),
        Column("reranker_id", UUID),
        Column("collection_name", Text),
        Column("counted_at", DateTime(timezone=True), nullable=False),
        *(Column(name, BIGINT, nullable=False) for name in _SEARCH_COUNTS),
        Column("tau_sum", Double, nullable=False),
        Column("shift_sum", Double, nullable=False),
        Column("agreement_searches", BIGINT, nullable=False),
        Column("agreement_sum", Double, nullable=False),
        Column("score_bins", ARRAY(SmallInteger), nullable=False),
        Column("score_counts", ARRAY(BIGINT), nullable=False),
        _key_column("collection"),
        _key_column("reranker"),
        PrimaryKeyConstraint("tenant_id", "day", "collection_key", "reranker_key"),
        _of_tenant(tables),
        _of_model(tables, "reranker_id"),
    )
    Table(
        "judged_quality",
        tables,
        Column("tenant_id", UUID, nullable=False),
        Column("collection_id", UUID, nullable=False),
        Column("reranker_id", UUID, nullable=False),
        Column("counted_at", DateTime(timezone=True), nullable=False),
        Column("queries", BIGINT, nullable=False),
        Column("ndcg_without", Double),
        Column("ndcg_with", Double),
        Column("calibrated_pairs", BIGINT, nullable=False),
        Column("calibration_error", Double),
        PrimaryKeyConstraint("tenant_id", "collection_id", "reranker_id"),
        _of(tables, "collection"),
        _of_model(tables, "reranker_id"),
    )


def _key_column(name: str) -> Column[Any]:
    """A generated id column that is zero for null, since primary keys allow no nulls."""
    none = "'00000000-0000-0000-0000-000000000000'"
    return Column(
        f"{name}_key",
        UUID,
        Computed(f"coalesce({name}_id, {none})", persisted=True),
        nullable=False,
    )


def _references(tables: MetaData) -> None:
    Table(
        "reference_set",
        tables,
        Column("tenant_id", UUID, nullable=False),
        Column("id", UUID, nullable=False),
        Column("name", Text, nullable=False),
        Column("digest", BYTEA, nullable=False),
        Column("queries", ARRAY(Text), nullable=False),
        Column("passages", ARRAY(Text), nullable=False),
        Column("created_at", DateTime(timezone=True), nullable=False),
        PrimaryKeyConstraint("tenant_id", "id"),
        UniqueConstraint("tenant_id", "name"),
        _of_tenant(tables),
    )
    Table(
        "reference_run",
        tables,
        Column("tenant_id", UUID, nullable=False),
        Column("id", UUID, nullable=False),
        Column("reference_set_id", UUID, nullable=False),
        Column("digest", BYTEA, nullable=False),
        Column("model_id", UUID, nullable=False),
        Column("environment", JSONB, nullable=False),
        Column("created_at", DateTime(timezone=True), nullable=False),
        Column("scores", ARRAY(Double), nullable=False),
        Column("truncated", ARRAY(Boolean), nullable=False),
        Column("verdict", Text, nullable=False),
        Column("compared_with_id", UUID),
        Column("beyond_noise", Integer, nullable=False),
        Column("truncation_changes", Integer, nullable=False),
        Column("largest_change", Double),
        Column("noise", Double),
        Column("kendall_tau", Double),
        Column("message", Text, nullable=False),
        PrimaryKeyConstraint("tenant_id", "id"),
        _of(tables, "reference_set"),
        _of_model(tables, "model_id"),
        Index(None, "tenant_id", "reference_set_id", "id"),
    )


def _of_tenant(tables: MetaData) -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["tenant_id"], [f"{tables.schema}.tenant.id"], ondelete="CASCADE")


def _of(tables: MetaData, owner: str) -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["tenant_id", f"{owner}_id"],
        [f"{tables.schema}.{owner}.tenant_id", f"{tables.schema}.{owner}.id"],
        ondelete="CASCADE",
    )


def _of_model(tables: MetaData, column: str) -> ForeignKeyConstraint:
    return ForeignKeyConstraint([column], [f"{tables.schema}.model.id"])
