"""The tables as SQLAlchemy metadata, for alembic only: `alembic check` compares them."""

from typing import Any

from pgvector.sqlalchemy import HALFVEC, SPARSEVEC, VECTOR
from sqlalchemy import (
    Boolean,
    CheckConstraint,
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
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, BIGINT, BYTEA, JSONB, REAL, TSVECTOR, UUID
from sqlalchemy.types import TypeEngine

from pgrerank.storage import calibration_tables, evaluation_tables, watching_tables

SCHEMA = "pgrerank"
NAMING = {
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
}
TERM_DIMENSIONS = 2**28


def metadata() -> MetaData:
    """All tables at the newest revision."""
    tables = MetaData(schema=SCHEMA, naming_convention=NAMING)
    for define in _DEFINITIONS:
        define(tables)
    return tables


def _tenancy(tables: MetaData) -> None:
    Table("chore", tables, _required("name", Text), PrimaryKeyConstraint("name"))
    Table(
        "tenant",
        tables,
        _required("id", UUID),
        _required("name", Text),
        _required("created_at", DateTime(timezone=True)),
        Column("pairs_per_second", Integer),
        _required("keep_texts", Boolean),
        PrimaryKeyConstraint("id"),
        UniqueConstraint("name"),
        CheckConstraint("pairs_per_second >= 0", name="pairs_per_second"),
    )
    Table(
        "api_key",
        tables,
        _required("tenant_id", UUID),
        _required("id", UUID),
        _required("name", Text),
        _required("prefix", Text),
        _required("secret_hash", BYTEA),
        _required("scopes", ARRAY(Text)),
        _required("created_at", DateTime(timezone=True)),
        Column("expires_at", DateTime(timezone=True)),
        Column("revoked_at", DateTime(timezone=True)),
        PrimaryKeyConstraint("tenant_id", "id"),
        _of_tenant(),
        Index(None, "prefix"),
        Index(
            "ix_api_key_tenant_id_name",
            "tenant_id",
            "name",
            unique=True,
            postgresql_where=text("revoked_at is null"),
        ),
    )
    Table(
        "analyst_grant",
        tables,
        _required("tenant_id", UUID),
        _required("login", Text),
        PrimaryKeyConstraint("tenant_id", "login"),
        _of_tenant(),
    )


def _models(tables: MetaData) -> None:
    Table(
        "model",
        tables,
        _required("id", UUID),
        _required("kind", Text),
        _required("name", Text),
        Column("revision", Text),
        _required("fingerprint", Text),
        _required("precision", Text),
        _required("max_length", Integer),
        Column("dimensions", Integer),
        Column("score_kind", Text),
        _required("created_at", DateTime(timezone=True)),
        PrimaryKeyConstraint("id"),
        UniqueConstraint("fingerprint"),
        CheckConstraint("kind in ('embedder', 'reranker')", "kind"),
    )


def _collections(tables: MetaData) -> None:
    Table(
        "collection",
        tables,
        _required("tenant_id", UUID),
        _required("id", UUID),
        _required("name", Text),
        _required("text_search", Text),
        _required("embedder_id", UUID),
        _required("created_at", DateTime(timezone=True)),
        _required("stores_tokens", Boolean),
        *_retrieval(),
        Column("second_state", Text),
        Column("second_embedder_id", UUID),
        _required("terms", JSONB),
        Column("reranker", Text),
        PrimaryKeyConstraint("tenant_id", "id"),
        UniqueConstraint("tenant_id", "name"),
        _of_tenant(),
        _of_model("embedder_id"),
        _of_model("second_embedder_id"),
        CheckConstraint("fusion in ('rrf', 'weighted')", "fusion"),
        CheckConstraint("second_state in ('filling', 'ready', 'former')", "second_state"),
    )


def _collection_sizes(tables: MetaData) -> None:
    Table(
        "collection_size",
        tables,
        _required("tenant_id", UUID),
        _required("collection_id", UUID),
        _required("shard", SmallInteger),
        _required("documents", BIGINT),
        _required("chunks", BIGINT),
        _required("lexemes", BIGINT),
        PrimaryKeyConstraint("tenant_id", "collection_id", "shard"),
        _of("collection"),
    )
    Table(
        "collection_word",
        tables,
        _required("tenant_id", UUID),
        _required("collection_id", UUID),
        _required("shard", SmallInteger),
        Column("lexemes", ARRAY(Text)),
        _required("chunks", ARRAY(BIGINT)),
        PrimaryKeyConstraint("tenant_id", "collection_id", "shard"),
        _of("collection"),
        CheckConstraint("(shard = -1) = (lexemes is not null)", "lexemes"),
    )


def _retrieval() -> list[Column[Any]]:
    return [
        _required("k1", Double),
        _required("b", Double),
        _required("title_boost", Double),
        _required("fusion", Text),
        _required("rrf_k", Integer),
        _required("dense_weight", Double),
        _required("keyword_weight", Double),
        _required("sparse_weight", Double),
    ]


def _documents(tables: MetaData) -> None:
    Table(
        "document",
        tables,
        _required("tenant_id", UUID),
        _required("id", UUID),
        _required("collection_id", UUID),
        _required("external_id", Text),
        _required("title", Text),
        Column("uri", Text),
        _required("metadata", JSONB),
        _required("content_hash", BYTEA),
        _required("created_at", DateTime(timezone=True)),
        _required("updated_at", DateTime(timezone=True)),
        PrimaryKeyConstraint("tenant_id", "id"),
        UniqueConstraint("tenant_id", "collection_id", "external_id"),
        _of("collection"),
        Index(
            None,
            "metadata",
            postgresql_using="gin",
            postgresql_ops={"metadata": "jsonb_path_ops"},
        ),
    )


def _chunks(tables: MetaData) -> None:
    Table(
        "chunk",
        tables,
        _required("tenant_id", UUID),
        _required("id", UUID),
        _required("collection_id", UUID),
        _required("document_id", UUID),
        _required("ordinal", Integer),
        _required("content", Text),
        _required("content_hash", BYTEA),
        _required("token_count", Integer),
        _required("lexeme_count", Integer),
        _required("tsv", TSVECTOR),
        _required("term_frequencies", SPARSEVEC(TERM_DIMENSIONS)),
        Column("title_frequencies", SPARSEVEC(TERM_DIMENSIONS)),
        PrimaryKeyConstraint("tenant_id", "id"),
        UniqueConstraint("tenant_id", "document_id", "ordinal"),
        _of("collection"),
        _of("document"),
        Index(None, "tenant_id", "collection_id"),
        Index(None, "tsv", postgresql_using="gin"),
    )


def _chunk_vectors(tables: MetaData) -> None:
    Table(
        "chunk_embedding",
        tables,
        _required("tenant_id", UUID),
        _required("collection_id", UUID),
        _required("model_id", UUID),
        _required("chunk_id", UUID),
        Column("embedding", VECTOR()),
        Column("half", HALFVEC()),
        Column("document_id", UUID),
        PrimaryKeyConstraint("tenant_id", "collection_id", "model_id", "chunk_id"),
        _of("chunk"),
        _of_model("model_id"),
        Index(None, "tenant_id", "chunk_id"),
    )
    Table(
        "chunk_weights",
        tables,
        _required("tenant_id", UUID),
        _required("collection_id", UUID),
        _required("chunk_id", UUID),
        _required("weights", SPARSEVEC(TERM_DIMENSIONS)),
        PrimaryKeyConstraint("tenant_id", "collection_id", "chunk_id"),
        _of("chunk"),
        Index(None, "tenant_id", "chunk_id"),
    )
    Table(
        "chunk_tokens",
        tables,
        _required("tenant_id", UUID),
        _required("chunk_id", UUID),
        _required("model_id", UUID),
        _required("vectors", BYTEA),
        PrimaryKeyConstraint("tenant_id", "chunk_id", "model_id"),
        _of("chunk"),
        _of_model("model_id"),
    )


def _rerank_log(tables: MetaData) -> None:
    Table(
        "rerank_log",
        tables,
        _required("tenant_id", UUID),
        _required("created_at", DateTime(timezone=True)),
        _required("id", UUID),
        *_log_request(),
        *_log_outcome(),
        *_log_candidates(),
        PrimaryKeyConstraint("tenant_id", "created_at", "id"),
        _of_tenant(),
        _of_model("embedder_id"),
        _of_model("reranker_id"),
        _of_model("cascade_id"),
        postgresql_partition_by="range (created_at)",
    )


def _log_request() -> list[Column[Any]]:
    return [
        Column("collection_id", UUID),
        Column("collection_name", Text),
        _required("query", Text),
        _required("strategy", Text),
        _required("profile", Text),
        _required("knobs", JSONB),
        _required("source", Text),
        Column("dialect", Text),
        _required("limit_", Integer),
    ]


def _log_outcome() -> list[Column[Any]]:
    return [
        _required("status", Text),
        Column("reason", Text),
        _required("depth", Integer),
        _required("returned", Integer),
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
        _required("timings_ms", JSONB),
        _required("cut", JSONB),
        Column("calibration_id", UUID),
        Column("answerable", Double),
    ]


def _log_candidates() -> list[Column[Any]]:
    return [
        _required("chunk_ids", ARRAY(UUID)),
        _required("dense_ranks", ARRAY(SmallInteger)),
        _required("dense_scores", ARRAY(REAL)),
        _required("keyword_ranks", ARRAY(SmallInteger)),
        _required("keyword_scores", ARRAY(REAL)),
        _required("fused_ranks", ARRAY(SmallInteger)),
        _required("fused_scores", ARRAY(REAL)),
        _required("rerank_scores", ARRAY(Double)),
        _required("relevances", ARRAY(REAL)),
        _required("truncated", ARRAY(Boolean)),
        _required("final_ranks", ARRAY(SmallInteger)),
        Column("cascade_scores", ARRAY(Double)),
        Column("evidence", ARRAY(Double)),
        Column("sparse_ranks", ARRAY(SmallInteger)),
        Column("sparse_scores", ARRAY(REAL)),
        Column("boosts", ARRAY(Double)),
        Column("document_hashes", ARRAY(BYTEA)),
        Column("document_texts", ARRAY(Text)),
    ]


def _judgments(tables: MetaData) -> None:
    Table(
        "judgment",
        tables,
        _required("tenant_id", UUID),
        _required("id", UUID),
        _required("collection_id", UUID),
        _required("query", Text),
        _required("query_hash", BYTEA),
        _required("external_id", Text),
        Column("chunk_id", UUID),
        _required("grade", SmallInteger),
        _required("source", Text),
        Column("judged_by", Text),
        _required("created_at", DateTime(timezone=True)),
        PrimaryKeyConstraint("tenant_id", "id"),
        _of("collection"),
        CheckConstraint("grade between 0 and 3", "grade"),
        Index(None, "tenant_id", "collection_id", "query_hash"),
    )


def _required(name: str, kind: type[TypeEngine[Any]] | TypeEngine[Any]) -> Column[Any]:
    return Column(name, kind, nullable=False)


def _of_tenant() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["tenant_id"], [f"{SCHEMA}.tenant.id"], ondelete="CASCADE")


def _of(table: str) -> ForeignKeyConstraint:
    """The owning row in a table of the same tenant, whose deletion takes this one along."""
    return ForeignKeyConstraint(
        ["tenant_id", f"{table}_id"],
        [f"{SCHEMA}.{table}.tenant_id", f"{SCHEMA}.{table}.id"],
        ondelete="CASCADE",
    )


def _of_model(column: str) -> ForeignKeyConstraint:
    return ForeignKeyConstraint([column], [f"{SCHEMA}.model.id"])


_DEFINITIONS = (
    _tenancy,
    _models,
    _collections,
    _collection_sizes,
    _documents,
    _chunks,
    _chunk_vectors,
    _rerank_log,
    _judgments,
    evaluation_tables.define,
    calibration_tables.define,
    watching_tables.define,
)
