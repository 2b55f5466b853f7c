"""The only way to get a connection that may read or write a tenant's rows."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import LiteralString

from psycopg import AsyncClientCursor, OperationalError
from psycopg.rows import DictRow, dict_row

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


async def run(
    pool: Pool,
    tenant_id: TenantId | None,
    *statements: LiteralString,
    parameters: Mapping[str, object],
) -> list[list[DictRow]]:
    """Run statements in a transaction of their own, in a single round trip. Returns their rows.

    If the connection is lost, they are run once more. So they must have the same effect if they run
    twice. The client formats the parameters into the text, since PostgreSQL takes only one
    statement with parameters at a time.

    Args:
        pool: The connections.
        tenant_id: The tenant; None: as in `nobody`.
        statements: The statements, each with its semicolon.
        parameters: Values for all of them.

    Raises:
        ConflictError, OverloadedError, UnavailableError: As in `errors.translate`.
    """
    with errors.translate():
        async with pool.semaphore.slot(tenant_id):
            async with pool.connection() as connection:
                try:
                    return await _run_at_once(connection, tenant_id, statements, parameters)
                except OperationalError:
                    if not connection.closed:
                        raise
            await pool.drain()
            enter = partial(_enter, tenant_id=tenant_id, timeout_ms=_STATEMENT_TIMEOUT_MS)
            async with pool.begun(enter) as connection:
                return [await _rows(connection, each, parameters) for each in statements]


async def _run_at_once(
    connection: Connection,
    tenant_id: TenantId | None,
    statements: Sequence[LiteralString],
    parameters: Mapping[str, object],
) -> list[list[DictRow]]:
    begin, bound = _beginning(tenant_id, _STATEMENT_TIMEOUT_MS)
    cursor = AsyncClientCursor(connection, row_factory=dict_row)
    together = "".join([*begin, *statements, queries.load("connections")["commit"]])
    await cursor.execute(together, {**parameters, **bound})
    rows: list[list[DictRow]] = []
    for place in range(len(begin), len(begin) + len(statements)):
        await cursor.set_result(place)
        rows.append([] if cursor.description is None else await cursor.fetchall())
    return rows


async def _rows(
    connection: Connection, statement: LiteralString, parameters: Mapping[str, object]
) -> list[DictRow]:
    cursor = connection.cursor(row_factory=dict_row)
    await cursor.execute(statement, parameters)
    return [] if cursor.description is None else await cursor.fetchall()


async def _enter(connection: Connection, tenant_id: TenantId | None, timeout_ms: int) -> None:
    """Begin a transaction, and set timeout and tenant, in one round trip.

    psycopg quotes the values: SET takes no parameters. Leaving the connection ends the transaction.
    """
    begin, bound = _beginning(tenant_id, timeout_ms)
    await AsyncClientCursor(connection).execute("".join(begin), bound)


def _beginning(
    tenant_id: TenantId | None, timeout_ms: int
) -> tuple[list[LiteralString], dict[str, str]]:
    """The statements that begin a transaction, and their parameters."""
    statements = queries.load("connections")
    names = ("begin", "limit_time") if tenant_id is None else ("begin", "limit_time", "bind_tenant")
    bound = {"bound_timeout_ms": str(timeout_ms), "bound_tenant_id": str(tenant_id)}
    return [statements[name] for name in names], bound
