"""The only way to a connection that may read or write a tenant's rows."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from psycopg import AsyncClientCursor

from pgrerank.domain.ids import TenantId
from pgrerank.storage import errors, queries
from pgrerank.storage.pool import Connection, Pool

#: set in each transaction: set once for a connection, a pooler would give it to others
_STATEMENT_TIMEOUT_MS = "60000"


@asynccontextmanager
async def tenant(pool: Pool, tenant_id: TenantId) -> AsyncGenerator[Connection]:
    """A connection in a transaction bound to one tenant: committed at the end, or undone.

    The binding is a transaction-local setting, so it holds behind a pooler in transaction mode
    and cannot leak to the next user of the connection.

    Raises:
        ConflictError, OverloadedError, UnavailableError: As `errors.translated` says.
    """
    with errors.translate():
        async with pool.semaphore.slot(tenant_id), pool.connection() as connection:
            await _enter(connection, tenant_id)
            yield connection


@asynccontextmanager
async def nobody(pool: Pool) -> AsyncGenerator[Connection]:
    """A connection in a transaction without a tenant, for what comes before one is known.

    Every read or write of a tenant's table fails in it.
    """
    with errors.translate():
        async with pool.semaphore.slot(None), pool.connection() as connection:
            await _enter(connection, None)
            yield connection


async def _enter(connection: Connection, tenant_id: TenantId | None) -> None:
    """Both settings in one round trip, their values quoted by psycopg: SET takes no parameters."""
    statements = queries.load("connections")
    settings = statements["limit_time"]
    if tenant_id is not None:
        settings += statements["bind_tenant"]
    bound = {"tenant_id": str(tenant_id), "timeout_ms": _STATEMENT_TIMEOUT_MS}
    await AsyncClientCursor(connection).execute(settings, bound)
