"""Daily statistics of the rerank log, and the health checks over them."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from psycopg.rows import kwargs_row

from pgrerank.domain.drift import Finding, HealthCount, HealthState
from pgrerank.storage import admin, errors, link, quality, queries
from pgrerank.storage.pool import Connection


async def count(url: str) -> int:
    """Count the days of the log that are not final yet. Returns the number of days.

    Each day has its own transaction, and counting it again overwrites it, so the next run
    continues after a kill.

    Args:
        url: PostgreSQL URL of a login that may `set role pgrerank_owner`.
    """
    statements = queries.load("drift")
    async with admin.owner(url) as connection:
        rows = await connection.execute(statements["days_to_count"])
        days: list[date] = [day for (day,) in await rows.fetchall()]
    for day in days:
        async with admin.owner(url) as connection:
            await _begin(connection)
            await connection.execute(statements["count_day"], {"day": day})
    async with admin.owner(url) as connection:
        await _begin(connection)
        await quality.count(connection)
    return len(days)


async def health(
    url: str, *, tenant: str | None = None, collection: str | None = None
) -> Sequence[Finding]:
    """Results of all health checks, worst first.

    Args:
        url: As for `count`.
        tenant: Name of a tenant; None: all.
        collection: Name of a collection; None: all collections and reference sets.
    """
    async with admin.owner(url) as connection:
        cursor = connection.cursor(row_factory=kwargs_row(_finding))
        await cursor.execute(
            queries.load("drift")["health"], {"tenant": tenant, "collection": collection}
        )
        return await cursor.fetchall()


async def summary(url: str, *, by_tenant: bool) -> Sequence[HealthCount]:
    """Number of collections in each state, over all tenants.

    Args:
        url: PostgreSQL URL of the service's login.
        by_tenant: Whether to count each tenant separately.

    Raises:
        DatabaseUnreachableError: No connection could be made.
    """
    with errors.translate():
        async with await link.connect(url, purpose="health") as connection:
            cursor = connection.cursor(row_factory=kwargs_row(_standing))
            await cursor.execute(queries.load("drift")["summary"], {"by_tenant": by_tenant})
            return await cursor.fetchall()


async def _begin(connection: Connection) -> None:
    statements = queries.load("drift")
    await connection.execute(statements["allow_time"])
    await connection.execute(statements["one_at_a_time"])


def _finding(*, state: str, **columns: Any) -> Finding:
    return Finding(state=HealthState(state), **columns)


def _standing(*, state: str, **columns: Any) -> HealthCount:
    return HealthCount(state=HealthState(state), **columns)
