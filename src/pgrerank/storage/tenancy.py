"""The only way to get a connection that may read or write a tenant's rows."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import partial

from psycopg import AsyncClientCursor

from pgrerank.domain.ids import TenantId
from pgrerank.storage import errors, queries
from pgrerank.storage.pool import Connection, Pool

#: of each statement. It is set in each transaction: set for a session, it would remain for other
#: users of a pooler
_STATEMENT_TIMEOUT_MS = 60_000


@asynccontextmanager
async def tenant(
    pool: Pool, tenant_id: TenantId, *, timeout_ms: int = _STATEMENT_TIMEOUT_MS
) -> AsyncGenerator[Connection]:
    """A connection in a transaction bound to a tenant; committed at the end, or rolled back.

    The binding is a transaction-local setting, so it works behind a pooler in transaction mode
    and cannot leak to the next user of the connection.

    Args:
        pool: The connections.
        tenant_id: The tenant.
        timeout_ms: Limit of each statement; higher for work that takes longer than a request may.

    Raises:
        ConflictError, OverloadedError, UnavailableError: As in `errors.translate`.
    """
    with errors.translate():
        enter = partial(_enter, tenant_id=tenant_id, timeout_ms=timeout_ms)
        async with pool.semaphore.slot(tenant_id), pool.begun(enter) as connection:
            yield connection


@asynccontextmanager
async def nobody(pool: Pool) -> AsyncGenerator[Connection]:
    """A connection in a transaction without a tenant, for use before the tenant is known.

    Every read or write of a tenant's table fails in it.
    """
    with errors.translate():
        enter = partial(_enter, tenant_id=None, timeout_ms=_STATEMENT_TIMEOUT_MS)
        async with pool.semaphore.slot(None), pool.begun(enter) as connection:
            yield connection


async def _enter(connection: Connection, tenant_id: TenantId | None, timeout_ms: int) -> None:
    """Begin a transaction, and set timeout and tenant, in one round trip.

    psycopg quotes the values: SET takes no parameters. Leaving the connection ends the transaction.
    """
    statements = queries.load("connections")
    settings = statements["begin"] + statements["limit_time"]
    if tenant_id is not None:
        settings += statements["bind_tenant"]
    bound = {"tenant_id": str(tenant_id), "timeout_ms": str(timeout_ms)}
    await AsyncClientCursor(connection).execute(settings, bound)
