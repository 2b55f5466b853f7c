"""The service's connection pool."""

import json
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


class Pool(AsyncConnectionPool[Connection]):
    """A pool of connections, with a semaphore that decides which request gets the next one."""

    def __init__(self, url: str, *, semaphore: FairSemaphore, **options: Any) -> None:
        super().__init__(url, **options)
        #: acquire it before a connection, which is then available
        self.semaphore = semaphore


def pool(url: str, *, size: int, wait_s: float = WAIT_S, waiting: int | None = None) -> Pool:
    """A pool that opens on `async with`, returns only live connections, and survives outages.

    `storage.errors.translate` turns PoolTimeout and TooManyRequests into domain errors.

    Args:
        url: PostgreSQL URL of the service's login.
        size: Most connections, at least 1.
        wait_s: Seconds a request may wait for a connection; then PoolTimeout is raised.
        waiting: Requests of one tenant that may wait; the next gets TooManyRequests. None: 50 for
            each connection.
    """

    async def check(connection: Connection) -> None:
        try:
            await Pool.check_connection(connection)
        except psycopg.Error:
            # PostgreSQL is gone, and all connections with it. If they were replaced one by one,
            # each would delay a request twice as long as the one before.
            await connections.drain()
            raise

    most = size * _WAITING_PER_CONNECTION if waiting is None else waiting
    connections = Pool(
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
        check=check,
        configure=_configure,
        timeout=wait_s,
        # Short, since the waits between attempts double up to it; then each request tries again.
        reconnect_timeout=_RECONNECT_S,
    )
    return connections


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
