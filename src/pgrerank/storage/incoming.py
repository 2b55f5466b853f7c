"""Storage and deletion of documents: sent as binary arrays, written by set-based statements."""

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any, Literal, TypeAlias
from uuid import UUID

from psycopg.types.json import Jsonb
from uuid_utils.compat import uuid7

from pgrerank.domain.collection import Collection
from pgrerank.domain.document import PASSAGE_TITLE_CHARACTERS, Document, passage_hash
from pgrerank.domain.errors import CollectionChangedError, NotFoundError
from pgrerank.domain.ids import TenantId
from pgrerank.domain.ingest import DocumentChange, EmbeddedDocument
from pgrerank.domain.model import ModelCard
from pgrerank.storage import models, queries
from pgrerank.storage.pool import Connection

#: parallel arrays by name
Columns: TypeAlias = dict[str, list[Any]]


async def store(
    connection: Connection,
    tenant_id: TenantId,
    collection: Collection,
    documents: Sequence[EmbeddedDocument],
    token_model: ModelCard | None,
) -> Mapping[str, DocumentChange]:
    """Insert or replace documents in the connection's transaction.

    Returns:
        Whether each document was created or updated, by external id.

    Raises:
        NotFoundError: The collection was deleted.
        CollectionChangedError: The collection went over to another embedder, or began or ceased to
            store token vectors, after it was read.
        ConflictError: The vectors have other dimensions.
    """
    statements = queries.load("incoming")
    place = {"tenant_id": tenant_id, "collection_id": collection.id}
    await connection.execute(statements["await_deletion"], place)
    await _hold(connection, collection, place)
    for vector in chain.from_iterable(each.vectors for each in documents):
        collection.require_dimensions(len(vector))
    sent = {each.document.external_id: each for each in documents}
    new_ids = {external_id: uuid7() for external_id in sent}
    ids = await _upsert(connection, place, sent, new_ids)
    replaced = [ids[each] for each in sent if ids[each] != new_ids[each]]
    if replaced:
        await _count(connection, place, replaced, sign=-1)
        await connection.execute(statements["delete_chunks"], {**place, "document_ids": replaced})
    stored = {ids[external_id]: each for external_id, each in sent.items()}
    await _insert(connection, collection, place, stored, token_model)
    await _count(connection, place, list(stored), documents=len(stored) - len(replaced), sign=1)
    return {
        each: DocumentChange.CREATED if ids[each] == new_ids[each] else DocumentChange.UPDATED
        for each in sent
    }


async def update(
    connection: Connection,
    tenant_id: TenantId,
    collection: Collection,
    written: Sequence[EmbeddedDocument],
    same_text: Sequence[Document],
) -> None:
    """Replace URI and metadata of documents whose text stays, in the connection's transaction.

    Locks these documents, and those that the transaction writes afterwards, in one order.

    Raises:
        CollectionChangedError: The text of a document is another one, or it was deleted.
    """
    statements = queries.load("incoming")
    place = {"tenant_id": tenant_id, "collection_id": collection.id}
    await connection.execute(statements["await_deletion"], place)
    await connection.execute(statements["hold_collection"], place)
    names = [each.external_id for each in same_text]
    written_names = [each.document.external_id for each in written]
    locked = {**place, "external_ids": [*names, *written_names], "filter": None}
    await connection.execute(statements["lock_documents"], locked)
    columns: Columns = {
        "external_ids": names,
        "uris": [each.uri for each in same_text],
        "metadata": [Jsonb(each.metadata) for each in same_text],
        "content_hashes": [each.content_hash for each in same_text],
        "text_hashes": [each.text_hash for each in same_text],
    }
    updated = await connection.execute(statements["update_documents"], {**place, **columns})
    if updated.rowcount != len(same_text):
        raise CollectionChangedError(collection.name)


async def delete(
    connection: Connection, tenant_id: TenantId, collection: Collection, external_id: str
) -> bool:
    """Delete a document with its chunks. Returns whether it existed."""
    wanted = {
        "tenant_id": tenant_id,
        "collection_id": collection.id,
        "external_id": external_id,
    }
    deleted = await connection.execute(queries.load("incoming")["delete_document"], wanted)
    [(existed,)] = await deleted.fetchall()
    return bool(existed)


async def delete_all(
    connection: Connection,
    tenant_id: TenantId,
    collection: Collection,
    external_ids: Sequence[str],
    predicate: str | None,
) -> int:
    """Delete documents with their chunks, of those ids only the ones that pass a jsonpath.

    Returns:
        How many were deleted.
    """
    statements = queries.load("incoming")
    place = {"tenant_id": tenant_id, "collection_id": collection.id}
    await connection.execute(statements["await_deletion"], place)
    await connection.execute(statements["hold_collection"], place)
    named = {**place, "external_ids": list(external_ids), "filter": predicate}
    locked = await connection.execute(statements["lock_documents"], named)
    document_ids = [identifier for (identifier,) in await locked.fetchall()]
    if document_ids:
        await _count(connection, place, document_ids, documents=-len(document_ids), sign=-1)
        gone = {**place, "document_ids": document_ids}
        await connection.execute(statements["delete_documents"], gone)
    return len(document_ids)


async def _hold(
    connection: Connection, collection: Collection, place: Mapping[str, object]
) -> None:
    held = await connection.execute(queries.load("incoming")["hold_collection"], place)
    row = await held.fetchone()
    if row is None:
        raise NotFoundError("collection", collection.name)
    if row != (collection.embedder, collection.stores_tokens):
        raise CollectionChangedError(collection.name)


async def _upsert(
    connection: Connection,
    place: Mapping[str, object],
    sent: Mapping[str, EmbeddedDocument],
    new_ids: Mapping[str, UUID],
) -> dict[str, UUID]:
    """Insert or update the rows of the documents. Returns their ids by external id."""
    documents = [each.document for each in sent.values()]
    columns: Columns = {
        "ids": [new_ids[each.external_id] for each in documents],
        "external_ids": [each.external_id for each in documents],
        "titles": [each.title for each in documents],
        "uris": [each.uri for each in documents],
        "metadata": [Jsonb(each.metadata) for each in documents],
        "content_hashes": [each.content_hash for each in documents],
        "text_hashes": [each.text_hash for each in documents],
    }
    statement = queries.load("incoming")["upsert_documents"]
    stored = await connection.execute(statement, {**place, **columns})
    return {external_id: identifier for identifier, external_id in await stored.fetchall()}


async def _count(
    connection: Connection,
    place: Mapping[str, object],
    document_ids: Sequence[UUID],
    *,
    sign: Literal[1, -1],
    documents: int = 0,
) -> None:
    """Add the chunks of stored documents, and `documents` new ones, to the counters.

    With sign -1, subtract the chunks, before they are deleted.
    """
    values = {**place, "document_ids": document_ids, "documents": documents, "sign": sign}
    await connection.execute(queries.load("incoming")["count_documents"], values)


async def _insert(
    connection: Connection,
    collection: Collection,
    place: Mapping[str, object],
    stored: Mapping[UUID, EmbeddedDocument],
    token_model: ModelCard | None,
) -> None:
    """Insert the documents' chunks with their embeddings, sparse weights and token vectors."""
    statements = queries.load("incoming")
    chunks = _chunks(stored)
    values = {
        **place,
        **chunks,
        "title_ids": list(stored),
        "titles": [each.document.title for each in stored.values()],
        "text_search": collection.text_search,
        "title_characters": PASSAGE_TITLE_CHARACTERS,
        "weighs_titles": collection.retrieval.title_boost != 1,
    }
    await connection.execute(statements["insert_chunks"], values)
    vectors = list(chain.from_iterable(each.vectors for each in stored.values()))
    placed = {**place, "ids": chunks["ids"], "document_ids": chunks["document_ids"]}
    await connection.execute(statements["insert_embeddings"], {**placed, "vectors": vectors})
    weights = _weights({key: each.document for key, each in stored.items()})
    if weights["weighed_ids"]:
        await connection.execute(statements["insert_weights"], {**placed, **weights})
    if token_model is not None:
        model_id = await models.register(connection, token_model)
        tokens = list(chain.from_iterable(_tokens(each) for each in stored.values()))
        values = {**placed, "model_id": model_id, "tokens": tokens}
        await connection.execute(statements["insert_tokens"], values)


def _chunks(stored: Mapping[UUID, EmbeddedDocument]) -> Columns:
    rows = [(key, each.document, chunk) for key, each in stored.items() for chunk in each.chunks]
    return {
        "ids": [uuid7() for _ in rows],
        "document_ids": [document_id for document_id, _, _ in rows],
        "ordinals": [chunk.ordinal for _, _, chunk in rows],
        "contents": [chunk.content for _, _, chunk in rows],
        "content_hashes": [
            passage_hash(document.title, chunk.content) for _, document, chunk in rows
        ],
        "token_counts": [chunk.token_count for _, _, chunk in rows],
    }


def _weights(documents: Mapping[UUID, Document]) -> Columns:
    """Sparse weights in three parallel arrays, and the ids of the documents that have some."""
    weighed = {key: each.sparse for key, each in documents.items() if each.sparse is not None}
    return {
        "weighed_ids": list(weighed),
        "word_ids": [key for key, sparse in weighed.items() for _ in sparse],
        "words": [word for sparse in weighed.values() for word in sparse],
        "weights": [weight for sparse in weighed.values() for weight in sparse.values()],
    }


def _tokens(embedded: EmbeddedDocument) -> Sequence[bytes | None]:
    return embedded.tokens or [None] * len(embedded.chunks)
