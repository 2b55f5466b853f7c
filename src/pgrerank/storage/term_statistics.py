"""What the keyword leg knows beforehand: frequent words of large collections, words of titles."""

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

#: chunks from which on a collection's frequent words are counted
AT_LEAST = 10_000
#: part of the chunks that must hold a word for it to be counted; it is until half of that
SHARE = 0.05
#: chunks that are enough, where they are a smaller part: a search reads all that hold a word which
#: is not counted, so in a larger collection it reads no more of them
MANY = 5_000
#: the least part that is asked for: each batch of a writer touches the counts of all such words, and
#: over Zipf words 4,438 were in 0.2 % of 500,000 chunks or more, 635 in 1 %
_LEAST_SHARE = 0.002
#: chunks of a collection that are read to find its frequent words, at least, and of those how many
#: hold the rarest of them: their number is then right within a tenth, two times in three
_SAMPLE, _OF_SAMPLE = 5_000, 100
_BATCH = 1_000
#: a share that no word has, nor twice as many chunks
_NONE = 4.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    tenant_id: UUID
    collection_id: UUID
    chunks: int


async def count_words(
    url: str, *, at_least: int = AT_LEAST, share: float = SHARE, many: int = MANY
) -> int:
    """Count in how many chunks the frequent words of large collections are; says how many erred.

    Searches and ingest go on meanwhile: writers of a collection wait a moment where words are
    added to those they count. Where they keep that moment from coming for 10 s, the words stay as
    they were until the next run.

    Args:
        url: Postgres URL of a login that may `set role pgrerank_owner`.
        at_least: Chunks of a collection whose words are counted.
        share: Part of its chunks, 0-1, that must hold a word.
        many: Chunks that are enough, where that is a smaller part.

    Returns:
        Words whose count was known and wrong, which none should be.
    """
    statements = queries.load("words")
    wrong = 0
    async with admin.exclusive(url, "words"), _unbound(url) as connection:
        rows = connection.cursor(row_factory=class_row(_Wanted))
        await rows.execute(statements["wanted"], {"at_least": at_least})
        for wanted in await rows.fetchall():
            is_large = wanted.chunks >= at_least
            least = _share(wanted.chunks, share, many) if is_large else _NONE
            wrong += await _count_collection(connection, wanted, least)
    return wrong


async def weigh_titles(url: str) -> int:
    """Count titles apart where a collection came to weigh them later; says in how many chunks.

    Until then a search counts the words of each title that it meets.
    """
    statement = queries.load("words")["weigh_titles"]
    wanted = {"title_characters": PASSAGE_TITLE_CHARACTERS, "row_count": _BATCH}
    done = 0
    async with _unbound(url) as connection:
        while updated := (await connection.execute(statement, wanted)).rowcount:
            done += updated
    return done


def _share(chunks: int, share: float, many: int) -> float:
    return min(share, max(many / chunks, _LEAST_SHARE))


async def _count_collection(connection: Connection, wanted: _Wanted, share: float) -> int:
    statements, place = queries.load("words"), asdict(wanted)
    found = await connection.execute(
        statements["frequent"],
        {**place, "sample": max(_SAMPLE, ceil(_OF_SAMPLE / share)), "share": share},
    )
    lexemes = [row[0] for row in await found.fetchall()]
    if not await _alone(connection, "choose", {**place, "lexemes": lexemes}):
        return 0
    cursor = await connection.execute(statements["count"], place)
    wrong = len(await cursor.fetchall())
    await _alone(connection, "forget", {**place, "fewest": share / 2 * wanted.chunks})
    return wrong


async def _alone(connection: Connection, name: str, parameters: dict[str, Any]) -> bool:
    """Run a statement while no writer of the collection is under way; False: none could be."""
    statements = queries.load("words")
    try:
        async with connection.transaction():
            await connection.execute(statements["claim"], parameters)
            await connection.execute(statements["lock"], parameters)
            await connection.execute(statements[name], parameters)
    except psycopg.errors.LockNotAvailable:
        return False
    return True


@asynccontextmanager
async def _unbound(url: str) -> AsyncGenerator[Connection]:
    """A connection of the owner outside any transaction, which waits as long as it takes."""
    async with admin.open_connection(url, autocommit=True, purpose="maintain") as connection:
        await connection.execute(queries.load("admin")["become_owner"])
        await connection.execute(queries.load("words")["allow_time"])
        yield connection
