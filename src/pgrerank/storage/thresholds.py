"""Named thresholds in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from psycopg.rows import kwargs_row
from uuid_utils.compat import uuid7

from pgrerank.domain import ids
from pgrerank.domain.collection import Collection
from pgrerank.domain.errors import NotFoundError
from pgrerank.domain.ids import TenantId
from pgrerank.domain.threshold import Promise, Threshold
from pgrerank.storage import queries, tenancy
from pgrerank.storage.pool import Pool


class PostgresThresholds:
    """The port Thresholds, using the service's pool."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._statements = queries.load("thresholds")

    async def set(self, tenant_id: TenantId, collection: Collection, threshold: Threshold) -> None:
        """Store a threshold, replacing one of the same name. See ports.thresholds.Thresholds."""
        promise = threshold.promise
        async with tenancy.tenant(self._pool, tenant_id) as connection:
            await connection.execute(
                self._statements["set"],
                {
                    "tenant_id": tenant_id,
                    "id": uuid7(),
                    "collection_id": collection.id,
                    "name": threshold.name,
                    "reranker_id": ids.optional_model_id(threshold.fingerprint),
                    "calibration_id": threshold.calibration,
                    "cutoff": threshold.cutoff,
                    "min_relevance": threshold.min_relevance,
                    "promised_precision": promise and promise.precision,
                    "confidence": promise and promise.confidence,
                    "created_at": threshold.created_at,
                },
            )

    async def all(self, tenant_id: TenantId) -> Sequence[Threshold]:
        """A tenant's thresholds, ordered by name."""
        async with tenancy.tenant(self._pool, tenant_id) as connection:
            cursor = connection.cursor(row_factory=kwargs_row(_threshold))
            await cursor.execute(self._statements["all"], {"tenant_id": tenant_id})
            return await cursor.fetchall()

    async def delete(self, tenant_id: TenantId, collection: Collection, name: str) -> None:
        """Delete a threshold. Raises NotFoundError."""
        parameters = {
            "tenant_id": tenant_id,
            "collection_id": collection.id,
            "name": name,
        }
        async with tenancy.tenant(self._pool, tenant_id) as connection:
            cursor = await connection.execute(self._statements["delete"], parameters)
            if await cursor.fetchone() is None:
                raise NotFoundError("threshold", name)


def _threshold(
    *,
    name: str,
    collection: str,
    cutoff: float | None,
    min_relevance: float | None,
    promised_precision: float | None,
    confidence: float | None,
    calibration_id: UUID | None,
    reranker: str | None,
    fingerprint: str | None,
    created_at: datetime,
) -> Threshold:
    promise = (
        None
        if promised_precision is None or confidence is None
        else Promise(precision=promised_precision, confidence=confidence)
    )
    return Threshold(
        name=name,
        collection=collection,
        cutoff=cutoff,
        min_relevance=min_relevance,
        promise=promise,
        calibration=calibration_id,
        reranker=reranker,
        fingerprint=fingerprint,
        created_at=created_at,
    )
