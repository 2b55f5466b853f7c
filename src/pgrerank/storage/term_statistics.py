"""Precomputed statistics for the keyword leg: frequent words of collections, words of titles."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from math import ceil
from typing import Any
from uuid import UUID

import psycopg
from psycopg.rows import class_row

from pgrerank.domain.document import PASSAGE_TITLE_CHARACTERS
from pgrerank.storage import admin, queries
from pgrerank.storage.pool import Connection

#: chunks from which a collection's frequent words are counted
AT_LEAST = 10_000
#: share of chunks with a word from which it is counted, until the share falls below half of that
SHARE = 0.05
#: number of chunks from which a word is counted, if that is a smaller share. A search reads all
#: chunks with an uncounted word, so this limits what it reads in a large collection
MANY = 5_000
#: lower limit of that share: each batch of a writer updates the counts of all counted words. Of
#: Zipf-distributed words, 4,438 were in at least 0.2 % of 500,000 chunks, 635 in 1 %
_LEAST_SHARE = 0.002
#: chunks of a collection that are sampled to find its frequent words, at least, and how many of
#: them should hold the rarest: its count is then right within 10 %, two times in three
_SAMPLE, _OF_SAMPLE = 5_000, 100
_BATCH = 1_000
#: a share so high that no word is counted, and no word stays counted
_NONE = 4.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _CollectionToCount:
    tenant_id: UUID
    collection_id: UUID
    chunks: int


async def count_words(
    url: str, *, at_least: int = AT_LEAST, share: float = SHARE, many: int = MANY
) -> int:
    """Count the chunks that hold each frequent word of large collections.

    Searches and ingest continue meanwhile; writers of a collection wait a moment while words are
    added. If no such moment comes within 10 s, the words stay unchanged until the next run.

    Args:
        url: PostgreSQL URL of a login that may `set role pgrerank_owner`.
        at_least: Chunks from which a collection's words are counted.
        share: Share of its chunks, 0-1, that must hold a word.
        many: Number of chunks that is enough, if that is a smaller share.

    Returns:
        Number of words whose known count was wrong; none should be.
    """
    statements = queries.load("words")
    wrong = 0
    async with admin.exclusive(url, "words"), _unbound(url) as connection:
        rows = connection.cursor(row_factory=class_row(_CollectionToCount))
        await rows.execute(statements["wanted"], {"at_least": at_least})
        for collection in await rows.fetchall():
            is_large = collection.chunks >= at_least
            least = _share(collection.chunks, share, many) if is_large else _NONE
            wrong += await _count_collection(connection, collection, least)
    return wrong


async def weigh_titles(url: str) -> int:
    """Count the words of titles in collections that got a title boost after their ingest.

    Until then, a search counts them for each chunk it reads. Returns the number of chunks.
    """
    done = 0
    async with _unbound(url) as connection:
        boosted = await connection.execute(queries.load("words")["boosted"])
        for tenant_id, collection_id in await boosted.fetchall():
            done += await _weigh_collection(
                connection, {"tenant_id": tenant_id, "collection_id": collection_id}
            )
    return done


async def _weigh_collection(connection: Connection, place: dict[str, Any]) -> int:
    statement = queries.load("words")["weigh_titles"]
    parameters = {**place, "title_characters": PASSAGE_TITLE_CHARACTERS, "row_count": _BATCH}
    done = 0
    while updated := (await connection.execute(statement, parameters)).rowcount:
        done += updated
    return done


def _share(chunks: int, share: float, many: int) -> float:
    return min(share, max(many / chunks, _LEAST_SHARE))


async def _count_collection(
    connection: Connection, collection: _CollectionToCount, share: float
) -> int:
    statements, place = queries.load("words"), asdict(collection)
    rows = await connection.execute(
        statements["frequent"],
        {**place, "sample": max(_SAMPLE, ceil(_OF_SAMPLE / share)), "share": share},
    )
    lexemes = [row[0] for row in await rows.fetchall()]
    if not await _alone(connection, "choose", {**place, "lexemes": lexemes}):
        return 0
    cursor = await connection.execute(statements["count"], place)
    wrong = len(await cursor.fetchall())
    await _alone(connection, "forget", {**place, "fewest": share / 2 * collection.chunks})
    return wrong


async def _alone(connection: Connection, name: str, parameters: dict[str, Any]) -> bool:
    """Run a statement while the collection has no active writer; False: the wait timed out."""
    statements = queries.load("words")
    try:
        async with connection.transaction():
            await connection.execute(statements["claim"], parameters)
            await connection.execute(queries.load("collections")["await_writers"], parameters)
            await connection.execute(statements[name], parameters)
    except psycopg.errors.LockNotAvailable:
        return False
    return True


@asynccontextmanager
async def _unbound(url: str) -> AsyncGenerator[Connection]:
    """A connection of the owner in autocommit mode, without a statement timeout."""
    async with admin.open_connection(url, autocommit=True, purpose="maintain") as connection:
        await connection.execute(queries.load("admin")["become_owner"])
        await connection.execute(queries.load("words")["allow_time"])
        yield connection
