"""Collections in PostgreSQL."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from typing import Any

from psycopg.rows import kwargs_row
from psycopg.types.json import Jsonb
from uuid_utils.compat import uuid7

from pgrerank.domain import field_boost, ids, suggestion
from pgrerank.domain.collection import Change, Collection, SecondState
from pgrerank.domain.errors import ConflictError, InvalidRequestError, NotFoundError
from pgrerank.domain.field_boost import FieldBoost
from pgrerank.domain.ids import CollectionId, TenantId
from pgrerank.domain.model import ModelCard
from pgrerank.domain.page import Page
from pgrerank.domain.retrieval import Fusion, Retrieval
from pgrerank.storage import cursor as cursors
from pgrerank.storage import models, queries, tenancy
from pgrerank.storage.pool import Connection, Pool

#: long, since foreign keys make PostgreSQL delete the collection's chunks one by one
_DELETION_TIMEOUT_MS = 15 * 60 * 1000


#: statement that reads a collection, with the parameters of `by_name_parameters`
BY_NAME = queries.load("collections")["page"]


def by_name_parameters(tenant_id: TenantId, name: str) -> dict[str, object]:
    """Parameters of BY_NAME."""
    return {"tenant_id": tenant_id, "name": name, "after": None, "row_count": 1}


async def only(
    pool: Pool, tenant_id: TenantId, name: str, rows: Sequence[Mapping[str, Any]]
) -> Collection:
    """The collection in the rows of BY_NAME. Raises NotFoundError, with the most similar name."""
    if rows:
        return _collection(**rows[0])
    async with tenancy.tenant(pool, tenant_id) as connection:
        raise await _no_collection(connection, tenant_id, name)


async def _no_collection(connection: Connection, tenant_id: TenantId, name: str) -> NotFoundError:
    cursor = await connection.execute(
        queries.load("collections")["names"], {"tenant_id": tenant_id}
    )
    remedy = suggestion.remedy(name, [row[0] for row in await cursor.fetchall()])
    return NotFoundError("collection", name, remedy or "Make it first.")


class PostgresCollections:
    """The port Collections, using the service's pool."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._statements = queries.load("collections")

    async def create(
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
        """Create a collection, or return the existing one if its settings are the same.

        Raises:
            ConflictError: It exists with another configuration, embedder, retrieval or reranker.
            InvalidRequestError: PostgreSQL has no such text search configuration, or the embedder's
                vectors have too many dimensions.
        """
        embedder.require_storable()
        identifier = CollectionId(uuid7())
        async with tenancy.tenant(self._pool, tenant_id) as connection:
            await self._require_text_search(connection, text_search)
            new = {
                "id": identifier,
                "text_search": text_search,
                "embedder_id": await models.register(connection, embedder),
                "stores_tokens": store_tokens,
                "created_at": ids.created_at(identifier),
                "reranker": reranker,
                **asdict(retrieval or Retrieval()),
            }
            existing = await self._insert_or_read(connection, tenant_id, name, new)
        if (existing.text_search, existing.embedder) != (text_search, embedder.fingerprint):
            raise ConflictError(
                f"The collection `{name}` exists with the text search configuration "
                f"`{existing.text_search}` and the embedder {existing.embedder[:12]}. "
                "Use those, or another name."
            )
        _require_alike(existing, store_tokens, retrieval, reranker)
        return existing

    async def by_name(self, tenant_id: TenantId, name: str) -> Collection:
        """The collection of a name. Raises NotFoundError."""
        [rows] = await tenancy.run(
            self._pool, tenant_id, BY_NAME, parameters=by_name_parameters(tenant_id, name)
        )
        return await only(self._pool, tenant_id, name, rows)

    async def page(
        self, tenant_id: TenantId, *, limit: int, cursor: str | None
    ) -> Page[Collection]:
        """A tenant's collections, ordered by name.

        Raises:
            InvalidRequestError: This listing did not return the cursor.
        """
        after = cursors.key(cursor)
        async with tenancy.tenant(self._pool, tenant_id) as connection:
            listed = await self._listed(connection, tenant_id, after=after, row_count=limit + 1)
        return cursors.page(listed, limit, lambda collection: collection.name)

    async def change(self, tenant_id: TenantId, name: str, change: Change) -> Collection:
        """Change the settings of a collection while its row is locked.

        A change of `stores_tokens` waits for active writers, so that all chunks of writers that
        did not see it can be read afterwards.

        Raises:
            NotFoundError: No such collection.
            ValueError: The change sets a field that is not one of SETTINGS.
        """
        async with tenancy.tenant(self._pool, tenant_id) as connection:
            await connection.execute(
                self._statements["claim"], {"tenant_id": tenant_id, "name": name}
            )
            current = await self._by_name(connection, tenant_id, name)
            changed = current.apply(change)
            if changed.stores_tokens != current.stores_tokens:
                await self._await_writers(connection, tenant_id, changed)
            if changed != current:
                await self._store_settings(connection, tenant_id, changed)
        return changed

    async def delete(self, tenant_id: TenantId, name: str) -> None:
        """Delete a collection and everything in it. Raises NotFoundError."""
        named = {"tenant_id": tenant_id, "name": name}
        async with tenancy.tenant(
            self._pool, tenant_id, timeout_ms=_DELETION_TIMEOUT_MS
        ) as connection:
            await connection.execute(self._statements["claim"], named)
            deleted = await connection.execute(self._statements["delete"], named)
            if await deleted.fetchone() is None:
                raise await _no_collection(connection, tenant_id, name)

    async def _insert_or_read(
        self, connection: Connection, tenant_id: TenantId, name: str, new: Mapping[str, object]
    ) -> Collection:
        """The collection of this name, after inserting the new one unless there was one."""
        parameters = {"tenant_id": tenant_id, "name": name, **new}
        while True:  # again if the existing one was deleted between the two statements
            await connection.execute(self._statements["create"], parameters)
            if named := await self._listed(connection, tenant_id, name=name):
                return named[0]

    async def _by_name(self, connection: Connection, tenant_id: TenantId, name: str) -> Collection:
        named = await self._listed(connection, tenant_id, name=name)
        if not named:
            raise await _no_collection(connection, tenant_id, name)
        return named[0]

    async def _listed(
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
        await cursor.execute(self._statements["page"], wanted)
        return await cursor.fetchall()

    async def _await_writers(
        self, connection: Connection, tenant_id: TenantId, collection: Collection
    ) -> None:
        await connection.execute(
            self._statements["await_writers"],
            {"tenant_id": tenant_id, "collection_id": collection.id},
        )

    async def _store_settings(
        self, connection: Connection, tenant_id: TenantId, changed: Collection
    ) -> None:
        await connection.execute(
            self._statements["set"],
            {
                "tenant_id": tenant_id,
                "id": changed.id,
                "stores_tokens": changed.stores_tokens,
                "reranker": changed.reranker,
                "terms": Jsonb(dict(changed.terms)),
                "field_boosts": Jsonb(field_boost.plain(changed.field_boosts)),
                **asdict(changed.retrieval),
            },
        )

    async def _require_text_search(self, connection: Connection, text_search: str) -> None:
        cursor = await connection.execute(
            self._statements["has_text_search"], {"text_search": text_search}
        )
        if await cursor.fetchone() is None:
            raise InvalidRequestError(
                "text_search",
                f"`{text_search}` is not a text search configuration of Postgres; "
                "use `english`, `simple` or another that \\dF in psql lists",
            )


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
    boosts = columns.pop("field_boosts").items()
    columns["field_boosts"] = {name: FieldBoost(**boost) for name, boost in boosts}
    retrieval = {field.name: columns.pop(field.name) for field in fields(Retrieval)}
    return Collection(retrieval=Retrieval(**retrieval), **columns)
