"""A collection's token vectors: filled in and removed."""

from collections.abc import Mapping, Sequence

from psycopg.rows import class_row

from pgrerank.domain.collection import Collection
from pgrerank.domain.document import BareChunk
from pgrerank.domain.ids import ChunkId, TenantId
from pgrerank.domain.model import ModelCard
from pgrerank.storage import models, queries, tenancy
from pgrerank.storage.pool import Pool

#: removing a collection's vectors takes longer than a request may
_REMOVAL_TIMEOUT_MS = 15 * 60 * 1000


class PostgresTokens:
    """The port TokenVectors, using the service's pool."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._statements = queries.load("tokens")

    async def missing(
        self,
        tenant_id: TenantId,
        collection: Collection,
        model: ModelCard,
        *,
        after: ChunkId | None,
        limit: int,
    ) -> Sequence[BareChunk]:
        """Chunks after `after` that have no token vectors of the model, ordered by id."""
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
        self, tenant_id: TenantId, model: ModelCard, vectors: Mapping[ChunkId, bytes]
    ) -> int:
        """Store token vectors of chunks that still exist, in one transaction. Returns how many."""
        async with tenancy.tenant(self._pool, tenant_id) as connection:
            parameters = {
                "tenant_id": tenant_id,
                "model_id": await models.register(connection, model),
                "chunk_ids": list(vectors.keys()),
                "vectors": list(vectors.values()),
            }
            return (await connection.execute(self._statements["add"], parameters)).rowcount

    async def forget(
        self, tenant_id: TenantId, collection: Collection, *, keep: ModelCard | None = None
    ) -> int:
        """Remove a collection's token vectors, except those of `keep`. Returns how many."""
        async with tenancy.tenant(
            self._pool, tenant_id, timeout_ms=_REMOVAL_TIMEOUT_MS
        ) as connection:
            kept_model_id = None if keep is None else await models.register(connection, keep)
            parameters = {**_place(tenant_id, collection), "kept": kept_model_id}
            return (await connection.execute(self._statements["forget"], parameters)).rowcount


def _place(tenant_id: TenantId, collection: Collection) -> dict[str, object]:
    return {"tenant_id": tenant_id, "collection_id": collection.id}
