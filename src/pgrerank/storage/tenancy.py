"""The only way to a connection that may read or write a tenant's rows."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

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
    statement = queries.load("connections")["enter_tenant"]
    with errors.translate():
        async with pool.semaphore.slot(tenant_id), pool.connection() as connection:
            bound = {"tenant_id": str(tenant_id), "timeout_ms": _STATEMENT_TIMEOUT_MS}
            await connection.execute(statement, bound)
            yield connection


@asynccontextmanager
async def nobody(pool: Pool) -> AsyncGenerator[Connection]:
    """A connection in a transaction without a tenant, for what comes before one is known.

    Every read or write of a tenant's table fails in it.
    """
    statement = queries.load("connections")["enter"]
    with errors.translate():
        async with pool.semaphore.slot(None), pool.connection() as connection:
            await connection.execute(statement, {"timeout_ms": _STATEMENT_TIMEOUT_MS})
            yield connection
