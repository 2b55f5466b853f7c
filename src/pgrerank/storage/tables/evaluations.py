"""Tables of stored evaluations, as SQLAlchemy metadata."""

from typing import Any

from sqlalchemy import (
    Column,
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
)
from sqlalchemy.dialects.postgresql import ARRAY, BYTEA, JSONB, UUID


def define(tables: MetaData) -> None:
    """Add the tables."""
    _runs(tables)
    _queries(tables)
    _metrics(tables)


def _runs(tables: MetaData) -> None:
    Table(
        "eval_run",
        tables,
        Column("tenant_id", UUID, nullable=False),
        Column("id", UUID, nullable=False),
        Column("collection_id", UUID, nullable=False),
        Column("created_at", DateTime(timezone=True), nullable=False),
        Column("label", Text),
        Column("judgments", Text, nullable=False),
        Column("strategy", Text, nullable=False),
        Column("knobs", JSONB, nullable=False),
        Column("embedder_id", UUID),
        Column("reranker_id", UUID),
        Column("queries", Integer, nullable=False),
        Column("p50_ms", Double, nullable=False),
        Column("p95_ms", Double, nullable=False),
        PrimaryKeyConstraint("tenant_id", "id"),
        ForeignKeyConstraint(
            ["tenant_id", "collection_id"],
            [f"{tables.schema}.collection.tenant_id", f"{tables.schema}.collection.id"],
            ondelete="CASCADE",
        ),
        ForeignKeyConstraint(["embedder_id"], [f"{tables.schema}.model.id"]),
        ForeignKeyConstraint(["reranker_id"], [f"{tables.schema}.model.id"]),
        Index(None, "tenant_id", "collection_id"),
    )


def _queries(tables: MetaData) -> None:
    Table(
        "eval_query",
        tables,
        *_of_a_query(),
        Column("query", Text, nullable=False),
        Column("status", Text, nullable=False),
        Column("total_ms", Double, nullable=False),
        Column("external_ids", ARRAY(Text), nullable=False),
        Column("grades", ARRAY(SmallInteger), nullable=False),
        Column("first_stage_grades", ARRAY(SmallInteger), nullable=False),
        Column("judged_grades", ARRAY(SmallInteger), nullable=False),
        PrimaryKeyConstraint("tenant_id", "eval_run_id", "query_hash"),
        _of_run(tables),
    )


def _metrics(tables: MetaData) -> None:
    Table(
        "eval_metric",
        tables,
        *_of_a_query(),
        Column("measure", Text, nullable=False),
        Column("value", Double, nullable=False),
        PrimaryKeyConstraint("tenant_id", "eval_run_id", "query_hash", "measure"),
        _of_run(tables),
    )


def _of_a_query() -> list[Column[Any]]:
    return [
        Column("tenant_id", UUID, nullable=False),
        Column("eval_run_id", UUID, nullable=False),
        Column("query_hash", BYTEA, nullable=False),
    ]


def _of_run(tables: MetaData) -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["tenant_id", "eval_run_id"],
        [f"{tables.schema}.eval_run.tenant_id", f"{tables.schema}.eval_run.id"],
        ondelete="CASCADE",
    )
