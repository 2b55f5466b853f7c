"""The counters of a collection equal a recount after any sequence of writes.

Counted are documents, chunks, lexemes, and the chunks that hold each frequent word.
"""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pgrerank.domain.errors import ConflictError, NotFoundError, UnavailableError
from pgrerank.storage import incoming, tenancy, term_statistics
from pgrerank.storage.collections import PostgresCollections
from pgrerank.storage.documents import PostgresDocuments
from pgrerank.storage.pool import Connection, pool
from tests.fakes import FakeEmbedder
from tests.fixtures.collections import Shelf, embedded

WORDS = [a + b for a in "bdfg" for b in ("ala", "emu", "ixo")]
NAMES = "abcdef"
COUNTED = """
    select coalesce(sum(documents), 0)::int, coalesce(sum(chunks), 0)::int,
        coalesce(sum(lexemes), 0)::int
    from pgrerank.collection_size where collection_id = %s
"""
RECOUNTED = """
    select (select count(*)::int from pgrerank.document where collection_id = %(id)s),
        count(*)::int, coalesce(sum(lexeme_count), 0)::int
    from pgrerank.chunk where collection_id = %(id)s
"""
COUNTED_WORDS = """
    select w.lexeme, (w.before + w.added)::int
    from pgrerank.collection as c, pgrerank.counted_words_v1(c.tenant_id, c.id) as w
    where c.id = %s and w.before is not null
"""
WORDS_IN_CHUNKS = """
    select l.lexeme, count(*)::int from pgrerank.chunk, unnest(tsv) as l
    where collection_id = %s group by l.lexeme
"""
#: more writers than shards of the counters, so that some share one
WRITERS = 18


@dataclass(frozen=True)
class Counters:
    """A database, and a collection whose counters are compared."""

    database: object
    shelf: Shelf

    def assert_right(self) -> None:
        identifier = self.shelf.collection.id
        with self.database.admin() as admin:
            counted = admin.execute(COUNTED, [identifier]).fetchone()
            recounted = admin.execute(RECOUNTED, {"id": identifier}).fetchone()
            words = dict(admin.execute(COUNTED_WORDS, [identifier]).fetchall())
            held = dict(admin.execute(WORDS_IN_CHUNKS, [identifier]).fetchall())
        assert counted == recounted
        assert words == {word: held.get(word, 0) for word in words}

    async def count_words(self, share: float) -> int:
        return await term_statistics.count_words(self.database.admin_url, at_least=1, share=share)

    async def store(self, documents: dict[str, list[str]]) -> None:
        await self.shelf.store(*written(documents))

    async def delete(self, name: str) -> None:
        with suppress(NotFoundError):
            await PostgresDocuments(self.shelf.pool).delete(
                self.shelf.tenant_id, self.shelf.collection, name
            )

    async def undo(self, documents: dict[str, list[str]]) -> None:
        """Write all that `store` does, then roll it back."""
        with suppress(UndoneError):
            async with self.writing(documents):
                raise UndoneError

    @asynccontextmanager
    async def writing(self, documents: dict[str, list[str]]) -> AsyncIterator[Connection]:
        """The connection of a transaction in which documents are stored, before its end."""
        async with tenancy.tenant(self.shelf.pool, self.shelf.tenant_id) as connection:
            await incoming.store(
                connection,
                self.shelf.tenant_id,
                self.shelf.collection,
                written(documents),
                None,
            )
            yield connection


class UndoneError(Exception):
    """Ends a transaction that is to be rolled back."""


def written(documents: dict[str, list[str]]):
    return [embedded(name, *texts) for name, texts in documents.items()]


def size(database, collection_id):
    with database.admin() as admin:
        return admin.execute(COUNTED, [collection_id]).fetchone()


TEXTS = st.lists(st.lists(st.sampled_from(WORDS), max_size=5).map(" ".join), max_size=3)
DOCUMENTS = st.dictionaries(st.sampled_from(NAMES), TEXTS, max_size=3)
STEP = st.one_of(
    st.tuples(st.just("store"), DOCUMENTS),
    st.tuples(st.just("undo"), DOCUMENTS),
    st.tuples(st.just("delete"), st.sampled_from(NAMES)),
    st.tuples(st.just("count_words"), st.sampled_from([0.01, 0.3])),
)


@settings(max_examples=25)
@given(steps=st.lists(STEP, min_size=1, max_size=12))
async def test_counters_equal_a_recount_after_each_write(database, service_pool, steps):
    counters = Counters(database, await empty_shelf(service_pool, database.new_tenant()))
    for name, value in steps:
        await getattr(counters, name)(value)
        counters.assert_right()


async def empty_shelf(connections, tenant_id):
    collection = await PostgresCollections(connections).create(
        tenant_id, "shelf", text_search="simple", embedder=FakeEmbedder.model
    )
    return Shelf(connections, tenant_id, collection)


@pytest.mark.parametrize("seed", [1, 2])
async def test_counters_equal_a_recount_after_concurrent_writers_of_the_same_documents(
    database, seed
):
    async with pool(database.service_url, size=WRITERS) as connections:
        counters = Counters(database, await empty_shelf(connections, database.new_tenant()))
        await counters.store({"first": ["bala demu"]})

        async with asyncio.TaskGroup() as tasks:
            for writer in range(WRITERS):
                tasks.create_task(write(counters, random.Random(100 * seed + writer)))  # noqa: S311
            for share in (0.3, 0.01, 0.1):
                await counters.count_words(share)

        counters.assert_right()
        assert await counters.count_words(0.01) == 0
        counters.assert_right()


async def write(counters: Counters, chance: random.Random) -> None:
    for _ in range(12):
        documents = {
            name: [" ".join(chance.choices(WORDS, k=4)) for _ in range(chance.randrange(4))]
            for name in chance.sample(NAMES, 2)
        }
        kind = chance.choice(["store", "store", "undo", "delete"])
        what = chance.choice(NAMES) if kind == "delete" else documents
        await getattr(counters, kind)(what)


async def test_killed_before_it_commits_a_writer_counts_nothing(database, shelf):
    counters = Counters(database, shelf)
    await counters.store({"a": ["bala demu", "fixo"]})
    before = size(database, shelf.collection.id)

    async def killed():
        async with counters.writing({"a": ["gala"], "b": ["gemu", "gixo"]}) as connection:
            with database.admin() as admin:
                admin.execute("select pg_terminate_backend(%s)", [connection.info.backend_pid])

    with pytest.raises(UnavailableError):
        await killed()

    assert size(database, shelf.collection.id) == before == (1, 2, 3)
    counters.assert_right()


async def test_document_replaced_while_it_is_deleted_is_counted_as_it_is(database, new_shelf):
    """The deletion waits for the writer, and then subtracts the chunks that the writer stored."""
    shelf = await new_shelf(embedded("a", "bala", "demu"), embedded("b", "fixo"))
    counters = Counters(database, shelf)
    await counters.count_words(0.01)

    async with counters.writing({"a": ["bala gala", "gemu", "gixo"]}):
        deletion = asyncio.create_task(counters.delete("a"))
        await database.lock_waits()
    await deletion

    counters.assert_right()
    assert size(database, shelf.collection.id) == (1, 1, 1)


async def test_writing_titles_again_counts_nothing(database, new_shelf):
    shelf = await new_shelf(
        embedded("a", "bala", title="Demu"), embedded("b", "fixo", title="Gala")
    )
    counters = Counters(database, shelf)
    await counters.count_words(0.01)
    before = size(database, shelf.collection.id)
    with database.admin() as admin:
        admin.execute(
            "update pgrerank.collection set title_boost = 9 where id = %s", [shelf.collection.id]
        )

    assert await term_statistics.weigh_titles(database.admin_url) == 2

    assert size(database, shelf.collection.id) == before
    counters.assert_right()


async def test_refused_document_counts_nothing(database, new_shelf):
    shelf = await new_shelf(embedded("a", "bala"))
    before = size(database, shelf.collection.id)
    wrong = replace(embedded("b", "demu"), vectors=[embedded("b", "demu").vectors[0][:-1]])

    with pytest.raises(ConflictError):
        await shelf.store(embedded("c", "fixo"), wrong)

    assert size(database, shelf.collection.id) == before


async def test_counters_go_with_their_collection(database, new_shelf):
    shelf = await new_shelf(embedded("a", "bala"))
    await Counters(database, shelf).count_words(0.01)

    await PostgresCollections(shelf.pool).delete(shelf.tenant_id, "shelf")

    with database.admin() as admin:
        left = admin.execute(
            """
            select 1 from pgrerank.collection_size where tenant_id = %(t)s
            union all select 1 from pgrerank.collection_word where tenant_id = %(t)s
            """,
            {"t": shelf.tenant_id},
        ).fetchall()
    assert left == []
