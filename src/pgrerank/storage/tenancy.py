"""The only way to get a connection that may read or write a tenant's rows."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from psycopg import AsyncClientCursor

from pgrerank.domain.ids import TenantId
from pgrerank.storage import errors, queries
from pgrerank.storage.pool import Connection, Pool

#: set in each transaction: set for a session, it would remain for other users of a pooler
_STATEMENT_TIMEOUT_MS = "60000"


@asynccontextmanager
async def tenant(pool: Pool, tenant_id: TenantId) -> AsyncGenerator[Connection]:
    """A connection in a transaction bound to a tenant; committed at the end, or rolled back.

    The binding is a transaction-local setting, so it works behind a pooler in transaction mode
    and cannot leak to the next user of the connection.

    Raises:
        ConflictError, OverloadedError, UnavailableError: As in `errors.translate`.
    """
    with errors.translate():
        async with pool.semaphore.slot(tenant_id), pool.connection() as connection:
            await _enter(connection, tenant_id)
            yield connection


@asynccontextmanager
async def nobody(pool: Pool) -> AsyncGenerator[Connection]:
    """A connection in a transaction without a tenant, for use before the tenant is known.

    Every read or write of a tenant's table fails in it.
    """
    with errors.translate():
        async with pool.semaphore.slot(None), pool.connection() as connection:
            await _enter(connection, None)
            yield connection


async def _enter(connection: Connection, tenant_id: TenantId | None) -> None:
    """Set timeout and tenant in one round trip. psycopg quotes them: SET takes no parameters."""
    statements = queries.load("connections")
    settings = statements["limit_time"]
    if tenant_id is not None:
        settings += statements["bind_tenant"]
    bound = {"tenant_id": str(tenant_id), "timeout_ms": _STATEMENT_TIMEOUT_MS}
    await AsyncClientCursor(connection).execute(settings, bound)
