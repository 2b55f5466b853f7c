"""The tables as SQLAlchemy metadata, only for `alembic check`, which compares them.

It does not compare check constraints: these are only in `sql/baseline/`.
"""

from typing import Any

from pgvector.sqlalchemy import HALFVEC, SPARSEVEC, VECTOR
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
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, BIGINT, BYTEA, JSONB, TSVECTOR, UUID

from pgrerank.storage.tables import calibrations, evaluations, related, rerank_log, watching
from pgrerank.storage.tables.column import SCHEMA, of_model, of_row, of_tenant, required_column

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
    Table("exclusive_work", tables, required_column("name", Text), PrimaryKeyConstraint("name"))
    Table(
        "tenant",
        tables,
        required_column("id", UUID),
        required_column("name", Text),
        required_column("created_at", DateTime(timezone=True)),
        Column("pairs_per_second", Integer),
        required_column("keep_texts", Boolean),
        PrimaryKeyConstraint("id"),
        UniqueConstraint("name"),
    )
    Table(
        "api_key",
        tables,
        required_column("tenant_id", UUID),
        required_column("id", UUID),
        required_column("name", Text),
        required_column("prefix", Text),
        required_column("secret_hash", BYTEA),
        required_column("scopes", ARRAY(Text)),
        required_column("created_at", DateTime(timezone=True)),
        Column("expires_at", DateTime(timezone=True)),
        Column("revoked_at", DateTime(timezone=True)),
        PrimaryKeyConstraint("tenant_id", "id"),
        of_tenant(),
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
        required_column("tenant_id", UUID),
        required_column("login", Text),
        PrimaryKeyConstraint("tenant_id", "login"),
        of_tenant(),
    )


def _models(tables: MetaData) -> None:
    Table(
        "model",
        tables,
        required_column("id", UUID),
        required_column("kind", Text),
        required_column("name", Text),
        Column("revision", Text),
        required_column("fingerprint", Text),
        required_column("precision", Text),
        required_column("max_length", Integer),
        Column("dimensions", Integer),
        Column("score_kind", Text),
        required_column("created_at", DateTime(timezone=True)),
        PrimaryKeyConstraint("id"),
    )


def _collections(tables: MetaData) -> None:
    Table(
        "collection",
        tables,
        required_column("tenant_id", UUID),
        required_column("id", UUID),
        required_column("name", Text),
        required_column("text_search", Text),
        required_column("embedder_id", UUID),
        required_column("created_at", DateTime(timezone=True)),
        required_column("stores_tokens", Boolean),
        *_retrieval(),
        Column("second_state", Text),
        Column("second_embedder_id", UUID),
        required_column("terms", JSONB),
        required_column("field_boosts", JSONB),
        Column("reranker", Text),
        PrimaryKeyConstraint("tenant_id", "id"),
        UniqueConstraint("tenant_id", "name"),
        of_tenant(),
        of_model("embedder_id"),
        of_model("second_embedder_id"),
    )


def _collection_sizes(tables: MetaData) -> None:
    Table(
        "collection_size",
        tables,
        required_column("tenant_id", UUID),
        required_column("collection_id", UUID),
        required_column("shard", SmallInteger),
        required_column("documents", BIGINT),
        required_column("chunks", BIGINT),
        required_column("lexemes", BIGINT),
        PrimaryKeyConstraint("tenant_id", "collection_id", "shard"),
        of_row("collection"),
    )
    Table(
        "collection_word",
        tables,
        required_column("tenant_id", UUID),
        required_column("collection_id", UUID),
        required_column("shard", SmallInteger),
        Column("lexemes", ARRAY(Text)),
        required_column("chunks", ARRAY(BIGINT)),
        PrimaryKeyConstraint("tenant_id", "collection_id", "shard"),
        of_row("collection"),
    )


def _retrieval() -> list[Column[Any]]:
    return [
        required_column("k1", Double),
        required_column("b", Double),
        required_column("title_boost", Double),
        required_column("fusion", Text),
        required_column("rrf_k", Integer),
        required_column("dense_weight", Double),
        required_column("keyword_weight", Double),
        required_column("sparse_weight", Double),
    ]


def _documents(tables: MetaData) -> None:
    Table(
        "document",
        tables,
        required_column("tenant_id", UUID),
        required_column("id", UUID),
        required_column("collection_id", UUID),
        required_column("external_id", Text),
        required_column("title", Text),
        Column("uri", Text),
        required_column("metadata", JSONB),
        required_column("content_hash", BYTEA),
        required_column("text_hash", BYTEA),
        required_column("created_at", DateTime(timezone=True)),
        required_column("updated_at", DateTime(timezone=True)),
        PrimaryKeyConstraint("tenant_id", "id"),
        UniqueConstraint("tenant_id", "collection_id", "external_id"),
        of_row("collection"),
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
        required_column("tenant_id", UUID),
        required_column("id", UUID),
        required_column("collection_id", UUID),
        required_column("document_id", UUID),
        required_column("ordinal", Integer),
        required_column("content", Text),
        required_column("content_hash", BYTEA),
        required_column("token_count", Integer),
        required_column("lexeme_count", Integer),
        required_column("tsv", TSVECTOR),
        required_column("term_frequencies", SPARSEVEC(TERM_DIMENSIONS)),
        Column("title_frequencies", SPARSEVEC(TERM_DIMENSIONS)),
        PrimaryKeyConstraint("tenant_id", "id"),
        UniqueConstraint("tenant_id", "document_id", "ordinal"),
        of_row("collection"),
        of_row("document"),
        Index(None, "tenant_id", "collection_id"),
        Index(None, "tsv", postgresql_using="gin"),
    )


def _chunk_vectors(tables: MetaData) -> None:
    Table(
        "chunk_embedding",
        tables,
        required_column("tenant_id", UUID),
        required_column("collection_id", UUID),
        required_column("model_id", UUID),
        required_column("chunk_id", UUID),
        required_column("document_id", UUID),
        Column("embedding", VECTOR()),
        Column("half", HALFVEC()),
        PrimaryKeyConstraint("tenant_id", "collection_id", "model_id", "chunk_id"),
        of_row("chunk"),
        of_model("model_id"),
        Index(None, "tenant_id", "chunk_id"),
    )
    Table(
        "chunk_weights",
        tables,
        required_column("tenant_id", UUID),
        required_column("collection_id", UUID),
        required_column("chunk_id", UUID),
        required_column("weights", SPARSEVEC(TERM_DIMENSIONS)),
        PrimaryKeyConstraint("tenant_id", "collection_id", "chunk_id"),
        of_row("chunk"),
        Index(None, "tenant_id", "chunk_id"),
    )
    Table(
        "chunk_tokens",
        tables,
        required_column("tenant_id", UUID),
        required_column("chunk_id", UUID),
        required_column("model_id", UUID),
        required_column("vectors", BYTEA),
        PrimaryKeyConstraint("tenant_id", "chunk_id", "model_id"),
        of_row("chunk"),
        of_model("model_id"),
    )


def _judgments(tables: MetaData) -> None:
    Table(
        "judgment",
        tables,
        required_column("tenant_id", UUID),
        required_column("id", UUID),
        required_column("collection_id", UUID),
        required_column("query", Text),
        required_column("query_hash", BYTEA),
        required_column("external_id", Text),
        Column("chunk_id", UUID),
        required_column("grade", SmallInteger),
        required_column("source", Text),
        Column("judged_by", Text),
        required_column("created_at", DateTime(timezone=True)),
        PrimaryKeyConstraint("tenant_id", "id"),
        of_row("collection"),
        Index(
            "ix_judgment_tenant_id_collection_id_query_hash_chunk_id_grade",
            "tenant_id",
            "collection_id",
            "query_hash",
            text("hashtextextended(external_id, 0)"),
            "chunk_id",
            "grade",
            text("hashtextextended(source, 0)"),
            text("hashtextextended(judged_by, 0)"),
            unique=True,
            postgresql_nulls_not_distinct=True,
        ),
    )


_DEFINITIONS = (
    _tenancy,
    _models,
    _collections,
    _collection_sizes,
    _documents,
    _chunks,
    _chunk_vectors,
    rerank_log.define,
    _judgments,
    *(module.define for module in (evaluations, calibrations, watching, related)),
)
