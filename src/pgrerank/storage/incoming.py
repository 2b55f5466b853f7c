"""How documents get in: staged by binary COPY, then put in place by set-based statements."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import LiteralString, TypeAlias
from uuid import UUID

from psycopg.types.json import Jsonb
from uuid_utils.compat import uuid7

from pgrerank.domain.collection import Collection
from pgrerank.domain.document import PASSAGE_TITLE_CHARACTERS, passage_hash
from pgrerank.domain.errors import ConflictError, NotFoundError
from pgrerank.domain.ids import TenantId
from pgrerank.domain.ingest import Change, EmbeddedDocument
from pgrerank.domain.model import ModelCard
from pgrerank.storage import models, queries
from pgrerank.storage.pool import Connection

Row: TypeAlias = Sequence[object]

_DOCUMENT_TYPES = ("uuid", "text", "text", "text", "jsonb", "bytea")
_CHUNK_TYPES = (
    "uuid",
    "text",
    "int4",
    "text",
    "bytea",
    "int4",
    "vector",
    "bytea",
    "text[]",
    "float4[]",
)


async def store(
    connection: Connection,
    tenant_id: TenantId,
    collection: Collection,
    documents: Sequence[EmbeddedDocument],
    token_model: ModelCard | None,
) -> Mapping[str, Change]:
    """Insert or replace documents in the connection's transaction; what each became, by its id.

    Raises:
        NotFoundError: The collection is gone.
        ConflictError: The vectors are not of its embedder, or have other dimensions.
    """
    statements = queries.load("incoming")
    place = {"tenant_id": tenant_id, "collection_id": collection.id}
    named = {"tenant_id": tenant_id, "name": collection.name}
    await connection.execute(statements["share_collection"], named)
    await _hold(connection, collection, place)
    for vector in chain.from_iterable(each.vectors for each in documents):
        collection.require_dimensions(len(vector))
    sent = {each.document.external_id: each for each in documents}
    new_ids = {external_id: uuid7() for external_id in sent}
    await _stage(connection, sent, new_ids)
    stored = await connection.execute(statements["upsert_documents"], place)
    ids = {external_id: identifier for identifier, external_id in await stored.fetchall()}
    replaced = [ids[each] for each in sent if ids[each] != new_ids[each]]
    await connection.execute(statements["delete_chunks"], {**place, "document_ids": replaced})
    await connection.execute(
        statements["insert_chunks"],
        {
            **place,
            "text_search": collection.text_search,
            "title_characters": PASSAGE_TITLE_CHARACTERS,
            "weighs_titles": collection.retrieval.title_boost != 1,
        },
    )
    await connection.execute(statements["insert_embeddings"], place)
    await connection.execute(statements["insert_weights"], place)
    if token_model is not None:
        model_id = await models.identifier(connection, token_model)
        named = {"tenant_id": tenant_id, "model_id": model_id}
        await connection.execute(statements["insert_tokens"], named)
    return {each: Change.CREATED if ids[each] == new_ids[each] else Change.UPDATED for each in sent}


async def _hold(
    connection: Connection, collection: Collection, place: Mapping[str, object]
) -> None:
    held = await connection.execute(queries.load("incoming")["hold_collection"], place)
    row = await held.fetchone()
    if row is None:
        raise NotFoundError("collection", collection.name)
    if row[0] != collection.embedder:
        raise ConflictError(
            f"Collection `{collection.name}` went over to another embedder meanwhile. "
            "Set PGRERANK_EMBEDDER to it, and send the documents again."
        )


async def _stage(
    connection: Connection, sent: Mapping[str, EmbeddedDocument], new_ids: Mapping[str, UUID]
) -> None:
    statements = queries.load("incoming")
    await connection.execute(statements["stage_documents"])
    await connection.execute(statements["stage_chunks"])
    documents = (_document_row(new_ids[key], each) for key, each in sent.items())
    await _copy(connection, statements["copy_documents"], _DOCUMENT_TYPES, documents)
    chunks = (row for each in sent.values() for row in _chunk_rows(each))
    await _copy(connection, statements["copy_chunks"], _CHUNK_TYPES, chunks)


async def _copy(
    connection: Connection,
    statement: LiteralString,
    types: Sequence[str],
    rows: Iterator[Row],
) -> None:
    async with connection.cursor().copy(statement) as copy:
        copy.set_types(types)
        for row in rows:
            await copy.write_row(row)


def _document_row(identifier: UUID, embedded: EmbeddedDocument) -> Row:
    document = embedded.document
    return (
        identifier,
        document.external_id,
        document.title,
        document.uri,
        Jsonb(document.metadata),
        document.content_hash,
    )


def _chunk_rows(embedded: EmbeddedDocument) -> Iterator[Row]:
    document = embedded.document
    sparse = document.sparse
    tokens = embedded.tokens or [None] * len(embedded.chunks)
    for chunk, vector, token_vectors in zip(embedded.chunks, embedded.vectors, tokens, strict=True):
        yield (
            uuid7(),
            document.external_id,
            chunk.ordinal,
            chunk.content,
            passage_hash(document.title, chunk.content),
            chunk.token_count,
            vector,
            token_vectors,
            None if sparse is None else list(sparse),
            None if sparse is None else list(sparse.values()),
        )
