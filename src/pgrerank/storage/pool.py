"""The one pool of connections."""

from typing import Any, TypeAlias

import psycopg
from pgvector.psycopg import register_vector_async
from psycopg import AsyncConnection
from psycopg.rows import TupleRow
from psycopg_pool import AsyncConnectionPool

from pgrerank.storage.arrays import ArrayDumper
from pgrerank.storage.fair_semaphore import FairSemaphore

Connection: TypeAlias = AsyncConnection[TupleRow]

WAIT_S = 10.0
_WAITING_PER_CONNECTION = 50
_RECONNECT_S = 5


class Pool(AsyncConnectionPool[Connection]):
    """Connections, and the order in which requests get one."""

    def __init__(self, url: str, *, semaphore: FairSemaphore, **options: Any) -> None:
        super().__init__(url, **options)
        #: to be taken before a connection is asked for, which then is there
        self.semaphore = semaphore


def pool(url: str, *, size: int, wait_s: float = WAIT_S, waiting: int | None = None) -> Pool:
    """A pool that opens on `async with`, hands out only live connections, and outlives Postgres.

    Args:
        url: Postgres URL of the service's login.
        size: Connections at most, at least 1.
        wait_s: Seconds a request may wait for a connection; then it gets PoolTimeout.
        waiting: Requests of one tenant that may wait, the next gets TooManyRequests; None: 50 a
            connection.
            `storage.errors.translated` turns both into domain errors.
    """

    async def check(connection: Connection) -> None:
        try:
            await Pool.check_connection(connection)
        except psycopg.Error:
            # Postgres went away, and with it all connections. Met one by one, each would cost a
            # request a pause twice as long as the last.
            await connections.drain()
            raise

    most = size * _WAITING_PER_CONNECTION if waiting is None else waiting
    connections = Pool(
        url,
        semaphore=FairSemaphore(size, wait_s=wait_s, waiting=most),
        connection_class=AsyncConnection[TupleRow],
        # A pooler in transaction mode gives the next transaction another connection of Postgres,
        # which does not know what was prepared on this one.
        kwargs={"application_name": "pgrerank", "prepare_threshold": None},
        min_size=min(2, size),
        max_size=size,
        open=False,
        check=check,
        configure=_configure,
        timeout=wait_s,
        # Short, since waits between attempts double up to it: after that each request tries anew.
        reconnect_timeout=_RECONNECT_S,
    )
    return connections


async def _configure(connection: Connection) -> None:
    connection.adapters.register_dumper(list, ArrayDumper)
    await register_vector_async(connection)
    await connection.commit()
