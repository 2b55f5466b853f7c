"""Database maintenance: log partitions, and vector indexes of large collections."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any

from psycopg.rows import TupleRow, class_row

from pgrerank.domain.errors import InvalidRequestError
from pgrerank.storage import admin, queries
from pgrerank.storage.pool import Connection

#: chunks up to which a collection is searched exactly, as in dense_leg_v1
EXACT_LIMIT = 20_000
_MONTHS_AHEAD = 3
_MOST_MONTHS_AHEAD = 24
_POLL_S = 0.5
_BUILD_MEMORY_MB = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexBuild:
    """Progress of the build of a vector index."""

    collection: str
    index_name: str
    #: vectors in the collection
    chunks: int
    #: vectors indexed so far
    done: int


Progress = Callable[[IndexBuild], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexReport:
    """Names of the vector indexes that were built and dropped."""

    built: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()


async def ensure_partitions(url: str, *, months_ahead: int = _MONTHS_AHEAD) -> int:
    """Create missing partitions of the log. Returns how many were missing.

    Args:
        url: PostgreSQL URL of a login that may `set role pgrerank_owner`.
        months_ahead: Whole months after the current one, 0-24.

    Raises:
        InvalidRequestError: `months_ahead` is out of range.
    """
    if not 0 <= months_ahead <= _MOST_MONTHS_AHEAD:
        raise InvalidRequestError(
            "months_ahead", f"must be from 0 to {_MOST_MONTHS_AHEAD}, not {months_ahead}"
        )
    rows = await _as_owner(url, "ensure_partitions", {"months_ahead": months_ahead})
    return int(rows[0][0])


async def drop_partitions(url: str, *, months: int) -> Sequence[str]:
    """Drop the log's partitions that are entirely older than `months` (1 or more).

    Returns:
        Their names. Their rows are permanently deleted.

    Raises:
        InvalidRequestError: `months` is below 1.
    """
    if months < 1:
        raise InvalidRequestError("months", f"must be at least 1, not {months}")
    return [str(row[0]) for row in await _as_owner(url, "drop_partitions", {"months": months})]


async def index_collections(
    url: str, *, above: int = EXACT_LIMIT, progress: Progress = lambda _: None
) -> IndexReport:
    """Build and drop the vector indexes of collections, without blocking searches or ingest.

    Collections with more than `above` chunks get an index; those that shrink to half lose it.

    Args:
        url: PostgreSQL URL of a login that may `set role pgrerank_owner`.
        above: Number of chunks, at least 0.
        progress: Called about twice a second during a build, and when it is done.
    """
    statements = queries.load("maintenance")
    async with admin.exclusive(url, "indexes"), _unbound(url) as builder, _unbound(url) as watcher:
        # The watcher keeps its login: PostgreSQL shows only that login the progress of the build.
        await builder.execute(queries.load("admin")["become_owner"])
        await builder.execute(statements["allow_time"])
        await builder.execute(statements["allow_memory"], {"megabytes": _BUILD_MEMORY_MB})
        dropped = await _drop_indexes(builder, above)
        built = [
            await _build_index(builder, watcher, wanted, progress)
            for wanted in await _wanted_indexes(builder, above)
        ]
    return IndexReport(built=tuple(built), dropped=tuple(dropped))


@dataclass(frozen=True, slots=True, kw_only=True)
class _WantedIndex:
    collection: str
    chunks: int
    index_name: str
    statement: str


async def _as_owner(
    url: str, name: str, parameters: dict[str, Any] | None = None
) -> Sequence[TupleRow]:
    async with admin.owner(url) as connection:
        cursor = await connection.execute(queries.load("maintenance")[name], parameters)
        return await cursor.fetchall()


def _unbound(url: str) -> AbstractAsyncContextManager[Connection]:
    """A connection in autocommit mode, as concurrent index builds require."""
    return admin.open_connection(url, autocommit=True, purpose="maintain")


async def _drop_indexes(connection: Connection, above: int) -> list[str]:
    rows = await connection.execute(
        queries.load("maintenance")["unwanted_indexes"], {"above": above}
    )
    unwanted = await rows.fetchall()
    for _, statement in unwanted:
        await connection.execute(statement.encode())
    return [name for name, _ in unwanted]


async def _wanted_indexes(connection: Connection, above: int) -> Sequence[_WantedIndex]:
    cursor = connection.cursor(row_factory=class_row(_WantedIndex))
    await cursor.execute(queries.load("maintenance")["wanted_indexes"], {"above": above})
    return await cursor.fetchall()


async def _build_index(
    builder: Connection, watcher: Connection, index: _WantedIndex, progress: Progress
) -> str:
    building = asyncio.create_task(_run(builder, index.statement))
    done = 0
    while not building.done():
        await asyncio.wait({building}, timeout=_POLL_S)
        # The count restarts with each phase of the build.
        done = max(done, await _built_chunks(watcher, builder.info.backend_pid))
        progress(_build(index, done))
    await building
    progress(_build(index, index.chunks))
    return index.index_name


async def _run(connection: Connection, statement: str) -> None:
    """Run a statement whose names PostgreSQL quoted."""
    await connection.execute(statement.encode())


async def _built_chunks(watcher: Connection, pid: int) -> int:
    rows = await watcher.execute(queries.load("maintenance")["build_progress"], {"pid": pid})
    row = await rows.fetchone()
    return 0 if row is None or row[0] is None else int(row[0])


def _build(index: _WantedIndex, done: int) -> IndexBuild:
    return IndexBuild(
        collection=index.collection,
        index_name=index.index_name,
        chunks=index.chunks,
        done=done,
    )
