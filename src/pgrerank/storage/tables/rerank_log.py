"""The table of the rerank log, as SQLAlchemy metadata."""

from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    DateTime,
    Double,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
)
from sqlalchemy.dialects.postgresql import ARRAY, BYTEA, JSONB, REAL, UUID

from pgrerank.storage.tables.column import of_model, of_tenant, required_column


def define(tables: MetaData) -> None:
    """Add the table."""
    Table(
        "rerank_log",
        tables,
        required_column("tenant_id", UUID),
        required_column("created_at", DateTime(timezone=True)),
        required_column("id", UUID),
        *_log_request(),
        *_log_outcome(),
        *_log_candidates(),
        PrimaryKeyConstraint("tenant_id", "created_at", "id"),
        of_tenant(),
        of_model("embedder_id"),
        of_model("reranker_id"),
        of_model("cascade_id"),
        postgresql_partition_by="range (created_at)",
    )


def _log_request() -> list[Column[Any]]:
    return [
        Column("collection_id", UUID),
        Column("collection_name", Text),
        required_column("query", Text),
        required_column("strategy", Text),
        required_column("profile", Text),
        required_column("knobs", JSONB),
        required_column("source", Text),
        Column("dialect", Text),
        Column("key_id", UUID),
        Column("end_user_id", Text),
        required_column("limit_", Integer),
    ]


def _log_outcome() -> list[Column[Any]]:
    return [
        required_column("status", Text),
        Column("reason", Text),
        required_column("warnings", ARRAY(Text)),
        required_column("depth", Integer),
        required_column("returned", Integer),
        Column("embedder_id", UUID),
        Column("reranker_id", UUID),
        Column("cascade_id", UUID),
        Column("dense_requested", Integer),
        Column("dense_returned", Integer),
        Column("dense_scan", Text),
        Column("keyword_requested", Integer),
        Column("keyword_returned", Integer),
        Column("keyword_scan", Text),
        Column("sparse_requested", Integer),
        Column("sparse_returned", Integer),
        Column("sparse_scan", Text),
        required_column("timings_ms", JSONB),
        required_column("cut", JSONB),
        Column("calibration_id", UUID),
        Column("answerable", Double),
    ]


def _log_candidates() -> list[Column[Any]]:
    return [
        required_column("chunk_ids", ARRAY(UUID)),
        required_column("dense_ranks", ARRAY(SmallInteger)),
        required_column("dense_scores", ARRAY(REAL)),
        required_column("keyword_ranks", ARRAY(SmallInteger)),
        required_column("keyword_scores", ARRAY(REAL)),
        required_column("fused_ranks", ARRAY(SmallInteger)),
        required_column("fused_scores", ARRAY(REAL)),
        required_column("rerank_scores", ARRAY(Double)),
        required_column("relevances", ARRAY(Double)),
        required_column("truncated", ARRAY(Boolean)),
        required_column("final_ranks", ARRAY(SmallInteger)),
        Column("crowded_ranks", ARRAY(SmallInteger)),
        Column("cascade_scores", ARRAY(Double)),
        Column("base_parts", ARRAY(Double)),
        Column("reranker_parts", ARRAY(Double)),
        Column("similarity_parts", ARRAY(Double)),
        Column("words_parts", ARRAY(Double)),
        Column("agreement_parts", ARRAY(Double)),
        Column("sparse_ranks", ARRAY(SmallInteger)),
        Column("sparse_scores", ARRAY(REAL)),
        Column("boosts", ARRAY(Double)),
        Column("document_hashes", ARRAY(BYTEA)),
        Column("document_texts", ARRAY(Text)),
    ]
