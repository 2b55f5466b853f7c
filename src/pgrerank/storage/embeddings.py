"""Sets of a collection's vectors, one for each embedder: filled, swapped and removed."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager

import numpy as np
from numpy.typing import NDArray
from psycopg.rows import class_row

from pgrerank.domain import ids
from pgrerank.domain.collection import Collection, SecondState
from pgrerank.domain.count import counted
from pgrerank.domain.document import BareChunk
from pgrerank.domain.errors import ConflictError, NotFoundError
from pgrerank.domain.ids import ChunkId, ModelId, TenantId
from pgrerank.domain.model import ModelCard
from pgrerank.storage import models, queries, tenancy
from pgrerank.storage.pool import Connection, Pool

#: counting the missing vectors takes longer than a request may
_TIMEOUT_MS = 15 * 60 * 1000
_REMOVED_AT_ONCE = 10_000


class PostgresEmbeddings:
    """The port Embeddings, using the service's pool.

    Changes of a collection's sets exclude writers of the collection, so every new chunk gets a
    vector of the set that is in use when it is stored.
    """

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._statements = queries.load("embeddings")

    async def begin(self, tenant_id: TenantId, collection: Collection, model: ModelCard) -> None:
        """Begin a second set for a model. Does nothing if the collection has a set of this model.

        Raises:
            NotFoundError: The collection was deleted.
            ConflictError: The second set belongs to another model.
        """
        async with tenancy.tenant(self._pool, tenant_id) as connection:
            model_id = await models.register(connection, model)
            parameters = {**_place(tenant_id, collection), "model_id": model_id}
            await self._claim(connection, tenant_id, collection)
            begun = await connection.execute(self._statements["begin"], parameters)
            if await begun.fetchone() is None:
                raise ConflictError(
                    f"Collection `{collection.name}` has a second set of vectors by another model. "
                    "Drop it first: pgrerank reembed --drop"
                )

    async def missing(
        self,
        tenant_id: TenantId,
        collection: Collection,
        model: ModelCard,
        *,
        after: ChunkId | None,
        limit: int,
    ) -> Sequence[BareChunk]:
        """Chunks after `after` that have no vector of the model, ordered by id."""
        async with tenancy.tenant(self._pool, tenant_id) as connection:
            parameters = {
                **_place(tenant_id, collection),
                "model_id": await models.register(connection, model),
                "after": after,
                "row_count": limit,
            }
            rows = connection.cursor(row_factory=class_row(BareChunk))
            await rows.execute(self._statements["missing"], parameters)
            return await rows.fetchall()

    async def add(
        self,
        tenant_id: TenantId,
        collection: Collection,
        model: ModelCard,
        vectors: Mapping[ChunkId, NDArray[np.float32]],
    ) -> int:
        """Store vectors of chunks that still exist, in one transaction. Returns how many.

        Raises:
            ConflictError: A vector's dimensions differ from the model's.
        """
        for vector in vectors.values():
            collection.by(model).require_dimensions(len(vector))
        async with tenancy.tenant(self._pool, tenant_id) as connection:
            parameters = {
                "tenant_id": tenant_id,
                "model_id": await models.register(connection, model),
                "chunk_ids": list(vectors.keys()),
                "vectors": list(vectors.values()),
            }
            return (await connection.execute(self._statements["add"], parameters)).rowcount

    async def sample(
        self, tenant_id: TenantId, collection: Collection, count: int
    ) -> Mapping[ChunkId, NDArray[np.float32]]:
        """Vectors of some chunks, chosen by hashes of their ids. See ports.embeddings.Embeddings."""
        parameters = {
            **_place(tenant_id, collection),
            "model_id": ids.model_id(collection.embedder),
            "row_count": count,
        }
        async with tenancy.tenant(self._pool, tenant_id) as connection:
            cursor = connection.cursor(binary=True)
            await cursor.execute(self._statements["sample"], parameters)
            rows = await cursor.fetchall()
        return {
            ChunkId(chunk_id): np.asarray(vector.to_numpy(), dtype=np.float32)
            for chunk_id, vector in rows
        }

    async def finish(self, tenant_id: TenantId, collection: Collection, model: ModelCard) -> int:
        """Mark the second set ready if no chunk lacks a vector. Returns how many lack one."""
        async with self._claimed(tenant_id, collection) as connection:
            model_id = await models.register(connection, model)
            lacking = await self._lacking(connection, tenant_id, collection, model_id)
            if lacking == 0:
                parameters = {**_place(tenant_id, collection), "model_id": model_id}
                await connection.execute(self._statements["ready"], parameters)
        return lacking

    async def cut_over(self, tenant_id: TenantId, collection: Collection) -> None:
        """Make the second set the one in use, and keep the previous one as the former set.

        Raises:
            ConflictError: No second set is ready, or some chunks have no vector in it yet.
        """
        async with self._claimed(tenant_id, collection) as connection:
            lacking = await self._swap(connection, tenant_id, collection, SecondState.READY)
            if lacking:
                raise ConflictError(
                    f"{counted(lacking, 'chunk')} of `{collection.name}` came since, without a vector "
                    "by the new model. Run pgrerank reembed --model again, then --cut-over."
                )

    async def roll_back(self, tenant_id: TenantId, collection: Collection) -> int:
        """Return to the former set. Returns how many chunks have no vector in it.

        Raises:
            ConflictError: There is no former set.
        """
        async with self._claimed(tenant_id, collection) as connection:
            return await self._swap(connection, tenant_id, collection, SecondState.FORMER)

    async def drop(self, tenant_id: TenantId, collection: Collection) -> int:
        """Remove all vectors that are not in the set in use. Returns how many."""
        place = _place(tenant_id, collection)
        async with self._claimed(tenant_id, collection) as connection:
            await connection.execute(self._statements["release"], place)
        removed = 0
        parameters = {**place, "row_count": _REMOVED_AT_ONCE}
        while True:
            async with tenancy.tenant(self._pool, tenant_id) as connection:
                gone = await connection.execute(self._statements["forget"], parameters)
            removed += gone.rowcount
            if gone.rowcount == 0:
                return removed

    async def _swap(
        self,
        connection: Connection,
        tenant_id: TenantId,
        collection: Collection,
        state: SecondState,
    ) -> int:
        """Swap the sets if the second is in `state`. Returns how many chunks lack a new vector."""
        place = _place(tenant_id, collection)
        row = await (await connection.execute(self._statements["second"], place)).fetchone()
        if row is None or row[1] != state:
            raise ConflictError(
                f"Collection `{collection.name}` has no second set of vectors that is {state}."
            )
        lacking = await self._lacking(connection, tenant_id, collection, ModelId(row[0]))
        other = SecondState.FORMER if state is SecondState.READY else SecondState.READY
        await connection.execute(self._statements["swap"], {**place, "state": other})
        return lacking

    @asynccontextmanager
    async def _claimed(
        self, tenant_id: TenantId, collection: Collection
    ) -> AsyncGenerator[Connection]:
        """A connection in a transaction that excludes writers of the collection.

        Raises:
            NotFoundError: The collection was deleted.
        """
        async with tenancy.tenant(self._pool, tenant_id, timeout_ms=_TIMEOUT_MS) as connection:
            await self._claim(connection, tenant_id, collection)
            await connection.execute(
                queries.load("collections")["await_writers"], _place(tenant_id, collection)
            )
            yield connection

    async def _claim(
        self, connection: Connection, tenant_id: TenantId, collection: Collection
    ) -> None:
        rows = await connection.execute(
            queries.load("collections")["claim"],
            {"tenant_id": tenant_id, "name": collection.name},
        )
        if await rows.fetchone() != (collection.id,):
            raise NotFoundError("collection", collection.name)

    async def _lacking(
        self, connection: Connection, tenant_id: TenantId, collection: Collection, model_id: ModelId
    ) -> int:
        parameters = {**_place(tenant_id, collection), "model_id": model_id}
        rows = await connection.execute(self._statements["missing_count"], parameters)
        row = await rows.fetchone()
        return 0 if row is None else int(row[0])


def _place(tenant_id: TenantId, collection: Collection) -> dict[str, object]:
    return {"tenant_id": tenant_id, "collection_id": collection.id}
