"""Documents in PostgreSQL."""

from collections.abc import Mapping, Sequence
from typing import Any

from psycopg.rows import class_row, kwargs_row
from psycopg.types.json import Jsonb

from pgrerank.domain.collection import Collection
from pgrerank.domain.deletion import Selection
from pgrerank.domain.document import Chunk, Document, StoredDocument, content_hash
from pgrerank.domain.errors import NotFoundError
from pgrerank.domain.ids import TenantId
from pgrerank.domain.ingest import DocumentChange, EmbeddedDocument, StoredHashes
from pgrerank.domain.merge_patch import DocumentPatch
from pgrerank.domain.model import ModelCard
from pgrerank.domain.page import Page
from pgrerank.storage import cursor as cursors
from pgrerank.storage import incoming, queries, tenancy
from pgrerank.storage.pool import Connection, Pool


class PostgresDocuments:
    """The port Documents, using the service's pool."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._statements = queries.load("documents")

    async def hashes(
        self, tenant_id: TenantId, collection: Collection, external_ids: Sequence[str]
    ) -> dict[str, StoredHashes]:
        """Hashes of the documents that are stored and fully embedded, by external id."""
        parameters = {**_place(tenant_id, collection), "external_ids": list(external_ids)}
        async with tenancy.tenant(self._pool, tenant_id) as connection:
            rows = await connection.execute(self._statements["hashes"], parameters)
            return {
                external_id: StoredHashes(content=content, text=text)
                for external_id, content, text in await rows.fetchall()
            }

    async def store(
        self,
        tenant_id: TenantId,
        collection: Collection,
        documents: Sequence[EmbeddedDocument],
        *,
        same_text: Sequence[Document] = (),
        token_model: ModelCard | None = None,
    ) -> Sequence[DocumentChange]:
        """Insert or replace whole documents in one transaction. Returns the change of each.

        Of several documents with the same external id, the last is stored; all get its change.

        Raises:
            NotFoundError, CollectionChangedError, ConflictError: See ports.documents.Documents.
        """
        async with tenancy.tenant(self._pool, tenant_id) as connection:
            if same_text:
                await incoming.update(connection, tenant_id, collection, documents, same_text)
            changes = await incoming.store(
                connection, tenant_id, collection, documents, token_model
            )
        return [changes[each.document.external_id] for each in documents]

    async def get(
        self, tenant_id: TenantId, collection: Collection, external_id: str
    ) -> StoredDocument:
        """A document with its chunks. Raises NotFoundError."""
        async with tenancy.tenant(self._pool, tenant_id) as connection:
            return await self._get(
                connection, {**_place(tenant_id, collection), "external_id": external_id}
            )

    async def page(
        self, tenant_id: TenantId, collection: Collection, *, limit: int, cursor: str | None
    ) -> Page[StoredDocument]:
        """Documents without chunks, ordered by external id.

        Raises:
            InvalidRequestError: This listing did not return the cursor.
        """
        parameters = {
            **_place(tenant_id, collection),
            "after": cursors.key(cursor),
            "row_count": limit + 1,
        }
        async with tenancy.tenant(self._pool, tenant_id) as connection:
            rows = connection.cursor(row_factory=class_row(StoredDocument))
            await rows.execute(self._statements["page"], parameters)
            documents = await rows.fetchall()
        return cursors.page(documents, limit, lambda document: document.external_id)

    async def delete(self, tenant_id: TenantId, collection: Collection, external_id: str) -> None:
        """Delete a document with its chunks. Raises NotFoundError."""
        async with tenancy.tenant(self._pool, tenant_id) as connection:
            if not await incoming.delete(connection, tenant_id, collection, external_id):
                raise NotFoundError("document", external_id)

    async def count(self, tenant_id: TenantId, collection: Collection, selection: Selection) -> int:
        """Number of documents that are selected."""
        parameters = {**_place(tenant_id, collection), **_selected(selection)}
        async with tenancy.tenant(self._pool, tenant_id) as connection:
            counted = await connection.execute(self._statements["count_matching"], parameters)
            [(documents,)] = await counted.fetchall()
        return int(documents)

    async def matching(
        self, tenant_id: TenantId, collection: Collection, selection: Selection, *, limit: int
    ) -> Sequence[str]:
        """External ids of the first documents that are selected, in their order."""
        async with tenancy.tenant(self._pool, tenant_id) as connection:
            return await self._matching(
                connection,
                {**_place(tenant_id, collection), **_selected(selection), "row_count": limit},
            )

    async def delete_selected(
        self, tenant_id: TenantId, collection: Collection, selection: Selection, *, limit: int
    ) -> int:
        """Delete the first documents that are selected, in one transaction; returns how many."""
        parameters = {
            **_place(tenant_id, collection),
            **_selected(selection),
            "row_count": limit,
        }
        async with tenancy.tenant(self._pool, tenant_id) as connection:
            found = await self._matching(connection, parameters)
            return await incoming.delete_all(
                connection, tenant_id, collection, found, selection.predicate
            )

    async def update(
        self, tenant_id: TenantId, collection: Collection, external_id: str, patch: DocumentPatch
    ) -> StoredDocument:
        """Change URI and metadata; chunks and vectors stay. Returns the document with its chunks.

        Raises:
            NotFoundError, InvalidRequestError: See ports.documents.Documents.
        """
        place = {**_place(tenant_id, collection), "external_id": external_id}
        async with tenancy.tenant(self._pool, tenant_id) as connection:
            held = await connection.execute(self._statements["hold"], place)
            row = await held.fetchone()
            if row is None:
                raise NotFoundError("document", external_id)
            uri, metadata, text_hash = row
            uri, metadata = patch.apply(external_id, uri, metadata)
            changed = {
                "uri": uri,
                "metadata": Jsonb(metadata),
                "content_hash": content_hash(text_hash, uri, metadata),
            }
            await connection.execute(self._statements["update"], {**place, **changed})
            return await self._get(connection, place)

    async def _get(self, connection: Connection, named: Mapping[str, object]) -> StoredDocument:
        cursor = connection.cursor(row_factory=kwargs_row(_document))
        await cursor.execute(self._statements["get"], named)
        found = await cursor.fetchone()
        if found is None:
            raise NotFoundError("document", str(named["external_id"]))
        return found

    async def _matching(
        self, connection: Connection, parameters: Mapping[str, object]
    ) -> Sequence[str]:
        found = await connection.execute(self._statements["matching"], parameters)
        return [external_id for (external_id,) in await found.fetchall()]


def _selected(selection: Selection) -> dict[str, object]:
    ids = None if selection.ids is None else list(selection.ids)
    return {"external_ids": ids, "filter": selection.predicate}


def _place(tenant_id: TenantId, collection: Collection) -> dict[str, object]:
    return {"tenant_id": tenant_id, "collection_id": collection.id}


def _document(
    *, ordinals: list[int], contents: list[str], token_counts: list[int], **columns: Any
) -> StoredDocument:
    chunks = tuple(
        Chunk(ordinal=ordinal, content=content, token_count=token_count)
        for ordinal, content, token_count in zip(ordinals, contents, token_counts, strict=True)
    )
    return StoredDocument(chunk_count=len(chunks), chunks=chunks, **columns)
