"""Tables of calibrations and thresholds, as SQLAlchemy metadata."""

from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    DateTime,
    Double,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, UUID

from pgrerank.storage.tables.column import of_model, of_row, of_tenant, required_column


def define(tables: MetaData) -> None:
    """Add the tables."""
    _calibrations(tables)
    _parts(tables)
    _thresholds(tables)


def _calibrations(tables: MetaData) -> None:
    Table(
        "calibration",
        tables,
        required_column("tenant_id", UUID),
        required_column("id", UUID),
        Column("collection_id", UUID),
        required_column("reranker_id", UUID),
        Column("search_scale", ARRAY(Double)),
        Column("document_scale", ARRAY(Double)),
        required_column("method", Text),
        *_doubles("coefficients", "knot_scores", "knot_probabilities"),
        Column("answerable", ARRAY(Double)),
        required_column("strategy", Text),
        required_column("candidates", Integer),
        required_column("depth", Integer),
        required_column("unjudged", Text),
        required_column("relevant_from", SmallInteger),
        required_column("queries", Integer),
        required_column("pairs", Integer),
        required_column("positives", Integer),
        *_doubles("brier", "log_loss", "ece", "ece_uncalibrated"),
        required_column("tried", JSONB),
        *_doubles("bin_predicted", "bin_observed"),
        required_column("bin_pairs", ARRAY(Integer)),
        *_doubles("precision_at", "precision_at_low", "precision_at_high"),
        required_column("warnings", ARRAY(Text)),
        required_column("created_at", DateTime(timezone=True)),
        PrimaryKeyConstraint("tenant_id", "id"),
        of_tenant(),
        of_row("collection"),
        of_model("reranker_id"),
        Index(None, "tenant_id", "collection_id", "id"),
    )


def _parts(tables: MetaData) -> None:
    numbers = "relevance precision_at_cutoff precision_low precision_high recall recall_low"
    Table(
        "calibration_point",
        tables,
        required_column("tenant_id", UUID),
        required_column("calibration_id", UUID),
        required_column("cutoff", Double),
        required_column("pairs", Integer),
        *(required_column(name, Double) for name in [*numbers.split(), "recall_high"]),
        PrimaryKeyConstraint("tenant_id", "calibration_id", "cutoff"),
        of_row("calibration"),
    )
    Table(
        "calibration_sample",
        tables,
        required_column("tenant_id", UUID),
        required_column("calibration_id", UUID),
        required_column("queries", ARRAY(Integer)),
        *_doubles("scores", "weights"),
        required_column("relevant", ARRAY(Boolean)),
        PrimaryKeyConstraint("tenant_id", "calibration_id"),
        of_row("calibration"),
    )


def _thresholds(tables: MetaData) -> None:
    Table(
        "threshold",
        tables,
        required_column("tenant_id", UUID),
        required_column("id", UUID),
        required_column("collection_id", UUID),
        required_column("name", Text),
        Column("reranker_id", UUID),
        Column("calibration_id", UUID),
        Column("cutoff", Double),
        Column("min_relevance", Double),
        Column("promised_precision", Double),
        Column("confidence", Double),
        required_column("created_at", DateTime(timezone=True)),
        PrimaryKeyConstraint("tenant_id", "id"),
        UniqueConstraint("tenant_id", "collection_id", "name"),
        of_row("collection"),
        of_row("calibration"),
        of_model("reranker_id"),
    )


def _doubles(*names: str) -> list[Column[Any]]:
    return [required_column(name, ARRAY(Double)) for name in names]
