"""The service's connection pool."""

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from time import monotonic
from typing import Any, TypeAlias

import msgspec
import psycopg
from pgvector.psycopg import register_vector_async
from psycopg import AsyncConnection
from psycopg.rows import TupleRow
from psycopg.types.json import set_json_loads
from psycopg_pool import AsyncConnectionPool

from pgrerank.storage.arrays import ArrayDumper
from pgrerank.storage.fair_semaphore import FairSemaphore

Connection: TypeAlias = AsyncConnection[TupleRow]

WAIT_S = 10.0
_WAITING_PER_CONNECTION = 50
_RECONNECT_S = 5
#: first and longest pause between attempts to begin a transaction
_PAUSES_S = (0.05, 1.0)


class Pool(AsyncConnectionPool[Connection]):
    """A pool of connections, with a semaphore that decides which request gets the next one."""

    def __init__(self, url: str, *, semaphore: FairSemaphore, **options: Any) -> None:
        super().__init__(url, **options)
        #: acquire it before a connection, which is then available
        self.semaphore = semaphore

    @asynccontextmanager
    async def begun(
        self, begin: Callable[[Connection], Awaitable[object]]
    ) -> AsyncGenerator[Connection]:
        """A connection on which `begin` succeeded; committed at the end, or rolled back.

        A pooled connection may be dead, which its first use shows. So there is no separate check,
        which would take a round trip: another connection is tried, until the pool's time is up.

        Args:
            begin: Begins the transaction. It is called again if the connection is lost in it.

        Raises:
            PoolTimeout: There was no connection in time.
            OperationalError: The last connection was lost.
        """
        connection = await self._begin(begin)
        try:
            async with connection:
                yield connection
        finally:
            await self.putconn(connection)

    async def _begin(self, begin: Callable[[Connection], Awaitable[object]]) -> Connection:
        ends = monotonic() + self.timeout
        pause_s, longest_s = _PAUSES_S
        while True:
            connection = await self.getconn(ends - monotonic())
            try:
                await begin(connection)
            except BaseException as error:
                await self._take_back(connection)
                if not _is_lost(connection, error) or monotonic() + pause_s > ends:
                    raise
            else:
                return connection
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, longest_s)

    async def _take_back(self, connection: Connection) -> None:
        if connection.closed:
            # PostgreSQL is gone, and all connections with it. If they were replaced one by one,
            # each would delay a request twice as long as the one before.
            await self.drain()
        await self.putconn(connection)


def _is_lost(connection: Connection, error: BaseException) -> bool:
    return connection.closed and isinstance(error, psycopg.OperationalError)


def pool(url: str, *, size: int, wait_s: float = WAIT_S, waiting: int | None = None) -> Pool:
    """A pool that opens on `async with` and survives outages of Postgres.

    `storage.errors.translate` turns PoolTimeout and TooManyRequests into domain errors.

    Args:
        url: PostgreSQL URL of the service's login.
        size: Most connections, at least 1.
        wait_s: Seconds a request may wait for a connection; then PoolTimeout is raised.
        waiting: Requests of one tenant that may wait; the next gets TooManyRequests. None: 50 for
            each connection.
    """
    most = size * _WAITING_PER_CONNECTION if waiting is None else waiting
    return Pool(
        url,
        semaphore=FairSemaphore(size, wait_s=wait_s, waiting=most),
        connection_class=AsyncConnection[TupleRow],
        # A pooler in transaction mode may give the next transaction another backend, which does not
        # know the statements prepared on this one.
        # Transactions begin in storage.tenancy: psycopg would take a round trip for each BEGIN.
        kwargs={"application_name": "pgrerank", "prepare_threshold": None, "autocommit": True},
        min_size=min(2, size),
        max_size=size,
        open=False,
        configure=_configure,
        timeout=wait_s,
        # Short, since the waits between attempts double up to it; then each request tries again.
        reconnect_timeout=_RECONNECT_S,
    )


async def _configure(connection: Connection) -> None:
    connection.adapters.register_dumper(list, ArrayDumper)
    set_json_loads(_decode_json, connection)
    await register_vector_async(connection)


def _decode_json(text: str | bytes) -> Any:
    """Read a JSON value. A search reads one for each candidate, and `json` takes 20 times as long."""
    try:
        return msgspec.json.decode(text)
    except msgspec.ValidationError:  # a number beyond those of double precision: infinite
        return json.loads(text)
