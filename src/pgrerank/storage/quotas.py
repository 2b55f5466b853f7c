"""Quotas of tenants in PostgreSQL, as the service reads them."""

from pgrerank.domain.ids import TenantId
from pgrerank.storage import queries, tenancy
from pgrerank.storage.pool import Pool


class PostgresQuotas:
    """The port Quotas, using the service's pool."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._statements = queries.load("quotas")

    async def pairs_per_second(self, tenant_id: TenantId) -> int | None:
        """Reranked pairs per second that a tenant may use; 0: unlimited; None: the default."""
        async with tenancy.tenant(self._pool, tenant_id) as connection:
            cursor = await connection.execute(
                self._statements["pairs_per_second"], {"tenant_id": tenant_id}
            )
            row = await cursor.fetchone()
        return None if row is None else row[0]
