"""Collections and documents in PostgreSQL."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from typing import Any

from psycopg.rows import class_row, kwargs_row
from psycopg.types.json import Jsonb
from uuid_utils.compat import uuid7

from pgrerank.domain import ids, suggestion
from pgrerank.domain.collection import Collection, SecondState
from pgrerank.domain.document import Chunk, StoredDocument
from pgrerank.domain.errors import ConflictError, InvalidRequestError, NotFoundError
from pgrerank.domain.ids import CollectionId, TenantId
from pgrerank.domain.ingest import DocumentChange, EmbeddedDocument
from pgrerank.domain.model import ModelCard
from pgrerank.domain.page import Page
from pgrerank.domain.retrieval import Fusion, Retrieval
from pgrerank.domain.term import Terms
from pgrerank.storage import cursor as cursors
from pgrerank.storage import incoming, models, queries, tenancy
from pgrerank.storage.pool import Connection, Pool

#: long, since foreign keys make PostgreSQL delete the collection's chunks one by one
_DELETION_TIMEOUT_MS = 15 * 60 * 1000


class PostgresDocuments:
    """The port Documents, using the service's pool."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._statements = queries.load("documents")

    async def create_collection(
        self,
        tenant_id: TenantId,
        name: str,
        *,
        text_search: str,
        embedder: ModelCard,
        store_tokens: bool | None = None,
        retrieval: Retrieval | None = None,
        reranker: str | None = None,
    ) -> Collection:
        """Create a collection, or return the existing one if its configuration is the same.

        Raises:
            ConflictError: It exists with another configuration, embedder, retrieval or reranker.
            InvalidRequestError: PostgreSQL has no such text search configuration, or the embedder's
                vectors have too many dimensions.
        """
        embedder.require_storable()
        identifier = CollectionId(uuid7())
        async with tenancy.tenant(self._pool, tenant_id) as connection:
            await self._require_text_search(connection, text_search)
            await connection.execute(
                self._statements["create_collection"],
                {
                    "tenant_id": tenant_id,
                    "id": identifier,
                    "name": name,
                    "text_search": text_search,
                    "embedder_id": await models.identifier(connection, embedder),
                    "stores_tokens": store_tokens,
                    "created_at": ids.created_at(identifier),
                    "reranker": reranker,
                    **asdict(retrieval or Retrieval()),
                },
            )
            found = await self._by_name(connection, tenant_id, name)
        if (found.text_search, found.embedder) != (text_search, embedder.fingerprint):
            raise ConflictError(
                f"The collection `{name}` exists with the text search configuration "
                f"`{found.text_search}` and the embedder {found.embedder[:12]}. "
                "Use those, or another name."
            )
        _require_alike(found, store_tokens, retrieval, reranker)
        return found

    async def set_retrieval(self, tenant_id: TenantId, name: str, retrieval: Retrieval) -> None:
        """Change a collection's retrieval settings. Raises NotFoundError."""
        await self._change(tenant_id, name, "set_retrieval", asdict(retrieval))

    async def set_reranker(self, tenant_id: TenantId, name: str, reranker: str | None) -> None:
        """Change the named reranker of a collection. Raises NotFoundError."""
        await self._change(tenant_id, name, "set_reranker", {"reranker": reranker})

    async def set_terms(self, tenant_id: TenantId, name: str, terms: Terms) -> None:
        """Change the terms that boost candidates of a collection. Raises NotFoundError."""
        await self._change(tenant_id, name, "set_terms", {"terms": Jsonb(dict(terms))})

    async def collection(self, tenant_id: TenantId, name: str) -> Collection:
        """The collection of a name. Raises NotFoundError."""
        async with tenancy.tenant(self._pool, tenant_id) as connection:
            return await self._by_name(connection, tenant_id, name)

    async def collections(
        self, tenant_id: TenantId, *, limit: int, cursor: str | None
    ) -> Page[Collection]:
        """A tenant's collections, ordered by name.

        Raises:
            InvalidRequestError: This listing did not return the cursor.
        """
        after = cursors.key(cursor)
        async with tenancy.tenant(self._pool, tenant_id) as connection:
            found = await self._collections(connection, tenant_id, after=after, row_count=limit + 1)
        return cursors.page(found, limit, lambda collection: collection.name)

    async def delete_collection(self, tenant_id: TenantId, name: str) -> None:
        """Delete a collection and everything in it. Raises NotFoundError."""
        async with tenancy.tenant(self._pool, tenant_id) as connection:
            await connection.execute(
                self._statements["allow_time"], {"timeout_ms": str(_DELETION_TIMEOUT_MS)}
            )
            named = {"tenant_id": tenant_id, "name": name}
            await connection.execute(self._statements["claim_collection"], named)
            deleted = await connection.execute(self._statements["delete_collection"], named)
            if await deleted.fetchone() is None:
                raise await self._no_collection(connection, tenant_id, name)

    async def hashes(
        self, tenant_id: TenantId, collection: Collection, external_ids: Sequence[str]
    ) -> dict[str, bytes]:
        """Content hashes by external id of the documents that are stored and fully embedded."""
        wanted = {**_place(tenant_id, collection), "external_ids": list(external_ids)}
        async with tenancy.tenant(self._pool, tenant_id) as connection:
            found = await connection.execute(self._statements["hashes"], wanted)
            return dict(await found.fetchall())

    async def store(
        self,
        tenant_id: TenantId,
        collection: Collection,
        documents: Sequence[EmbeddedDocument],
        *,
        token_model: ModelCard | None = None,
    ) -> Sequence[DocumentChange]:
        """Insert or replace whole documents in one transaction. Returns the change of each.

        Of several documents with the same external id, the last is stored; all get its change.

        Raises:
            NotFoundError: The collection was deleted meanwhile.
        """
        async with tenancy.tenant(self._pool, tenant_id) as connection:
            changes = await incoming.store(
                connection, tenant_id, collection, documents, token_model
            )
        return [changes[each.document.external_id] for each in documents]

    async def document(
        self, tenant_id: TenantId, collection: Collection, external_id: str
    ) -> StoredDocument:
        """A document with its chunks. Raises NotFoundError."""
        wanted = {**_place(tenant_id, collection), "external_id": external_id}
        async with tenancy.tenant(self._pool, tenant_id) as connection:
            cursor = connection.cursor(row_factory=kwargs_row(_document))
            await cursor.execute(self._statements["document"], wanted)
            found = await cursor.fetchone()
        if found is None:
            raise NotFoundError("document", external_id)
        return found

    async def documents(
        self, tenant_id: TenantId, collection: Collection, *, limit: int, cursor: str | None
    ) -> Page[StoredDocument]:
        """Documents without chunks, ordered by external id.

        Raises:
            InvalidRequestError: This listing did not return the cursor.
        """
        wanted = {
            **_place(tenant_id, collection),
            "after": cursors.key(cursor),
            "row_count": limit + 1,
        }
        async with tenancy.tenant(self._pool, tenant_id) as connection:
            rows = connection.cursor(row_factory=class_row(StoredDocument))
            await rows.execute(self._statements["documents"], wanted)
            found = await rows.fetchall()
        return cursors.page(found, limit, lambda document: document.external_id)

    async def delete_document(
        self, tenant_id: TenantId, collection: Collection, external_id: str
    ) -> None:
        """Delete a document with its chunks. Raises NotFoundError."""
        async with tenancy.tenant(self._pool, tenant_id) as connection:
            await incoming.delete(connection, tenant_id, collection, external_id)

    async def _by_name(self, connection: Connection, tenant_id: TenantId, name: str) -> Collection:
        found = await self._collections(connection, tenant_id, name=name)
        if not found:
            raise await self._no_collection(connection, tenant_id, name)
        return found[0]

    async def _no_collection(
        self, connection: Connection, tenant_id: TenantId, name: str
    ) -> NotFoundError:
        found = await connection.execute(
            self._statements["collection_names"], {"tenant_id": tenant_id}
        )
        remedy = suggestion.remedy(name, [row[0] for row in await found.fetchall()])
        return NotFoundError("collection", name, remedy or "Make it first.")

    async def _collections(
        self,
        connection: Connection,
        tenant_id: TenantId,
        *,
        name: str | None = None,
        after: str | None = None,
        row_count: int = 1,
    ) -> Sequence[Collection]:
        wanted = {"tenant_id": tenant_id, "name": name, "after": after, "row_count": row_count}
        cursor = connection.cursor(row_factory=kwargs_row(_collection))
        await cursor.execute(self._statements["collections"], wanted)
        return await cursor.fetchall()

    async def _change(
        self, tenant_id: TenantId, name: str, how: str, values: Mapping[str, object]
    ) -> None:
        wanted = {"tenant_id": tenant_id, "name": name, **values}
        async with tenancy.tenant(self._pool, tenant_id) as connection:
            changed = await connection.execute(self._statements[how], wanted)
            if await changed.fetchone() is None:
                raise await self._no_collection(connection, tenant_id, name)

    async def _require_text_search(self, connection: Connection, text_search: str) -> None:
        found = await connection.execute(
            self._statements["has_text_search"], {"text_search": text_search}
        )
        if await found.fetchone() is None:
            raise InvalidRequestError(
                "text_search",
                f"`{text_search}` is not a text search configuration of Postgres; "
                "use `english`, `simple` or another that \\dF in psql lists",
            )


def _place(tenant_id: TenantId, collection: Collection) -> dict[str, object]:
    return {"tenant_id": tenant_id, "collection_id": collection.id}


def _require_alike(
    found: Collection, store_tokens: object, retrieval: object, reranker: object
) -> None:
    if store_tokens not in (None, found.stores_tokens):
        raise ConflictError(
            f"The collection `{found.name}` exists and stores "
            f"{'' if found.stores_tokens else 'no '}token vectors. "
            "Change that with `pgrerank collection tokens`."
        )
    if retrieval not in (None, found.retrieval):
        raise ConflictError(
            f"The collection `{found.name}` exists and its first stage weighs otherwise. Change "
            "that with PATCH or `pgrerank collection set`."
        )
    if reranker not in (None, found.reranker):
        raise ConflictError(
            f"The collection `{found.name}` exists and is reranked by "
            f"`{found.reranker or 'the reranker of the settings'}`. Change that with PATCH or "
            "`pgrerank collection set`."
        )


def _collection(*, fusion: str, second_state: str | None, **columns: Any) -> Collection:
    columns["fusion"] = Fusion(fusion)
    columns["second_state"] = second_state and SecondState(second_state)
    retrieval = {field.name: columns.pop(field.name) for field in fields(Retrieval)}
    return Collection(retrieval=Retrieval(**retrieval), **columns)


def _document(
    *, ordinals: list[int], contents: list[str], token_counts: list[int], **columns: Any
) -> StoredDocument:
    chunks = tuple(
        Chunk(ordinal=ordinal, content=content, token_count=token_count)
        for ordinal, content, token_count in zip(ordinals, contents, token_counts, strict=True)
    )
    return StoredDocument(chunk_count=len(chunks), chunks=chunks, **columns)
