"""The data of reports, in PostgreSQL."""

from collections.abc import Sequence
from dataclasses import asdict

from psycopg.rows import class_row

from pgrerank.domain.ids import TenantId
from pgrerank.ports.reports import Interval, JudgedDocument, LoggedSearch
from pgrerank.storage import queries, tenancy
from pgrerank.storage.pool import Pool

#: most searches read for an interval: enough for every figure, and a limit on memory
MOST = 5_000
_TIMEOUT_MS = 5 * 60 * 1000


class PostgresReports:
    """The port Reports, using the service's pool."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._statements = queries.load("reports")

    async def searches(self, tenant_id: TenantId, interval: Interval) -> Sequence[LoggedSearch]:
        """Searches of an interval, newest first. See ports.reports.Reports."""
        async with tenancy.tenant(self._pool, tenant_id) as connection:
            cursor = connection.cursor(row_factory=class_row(LoggedSearch), binary=True)
            await cursor.execute(
                self._statements["searches"], _query_parameters(tenant_id, interval)
            )
            return await cursor.fetchall()

    async def judged_documents(
        self, tenant_id: TenantId, interval: Interval
    ) -> Sequence[JudgedDocument]:
        """Judged documents of the searches of an interval. See ports.reports.Reports."""
        async with tenancy.tenant(self._pool, tenant_id, timeout_ms=_TIMEOUT_MS) as connection:
            cursor = connection.cursor(row_factory=class_row(JudgedDocument), binary=True)
            await cursor.execute(
                self._statements["judged_documents"], _query_parameters(tenant_id, interval)
            )
            return await cursor.fetchall()


def _query_parameters(tenant_id: TenantId, interval: Interval) -> dict[str, object]:
    return {"tenant_id": tenant_id, "most": MOST, **asdict(interval)}
