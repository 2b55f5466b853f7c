"""Frequent words: counts stay correct, and searches with them give the same order faster."""

import random

import pytest

from pgrerank.domain.request import Strategy
from pgrerank.storage import term_statistics
from pgrerank.storage.documents import PostgresDocuments
from tests import oracles
from tests.fixtures.collections import embedded

WORDS = [a + b for a in "bdfglmnprt" for b in ("ala", "emu", "ixo")]
COUNTED = """
    select w.lexeme, (w.before + w.added)::int
    from pgrerank.collection as c, pgrerank.counted_words_v1(c.tenant_id, c.id) as w
    where c.id = %s and w.before is not null
"""
HELD = """
    select l.lexeme, count(*)::int from pgrerank.chunk, unnest(tsv) as l
    where collection_id = %s group by l.lexeme
"""


def texts_of(seed, size):
    """Texts of unevenly frequent words; every tenth text has a unique word."""
    chance = random.Random(seed)  # noqa: S311 - not for secrets
    weights = [1 / (rank + 1) for rank in range(len(WORDS))]
    return {
        f"d{i:03}": chance.choices(WORDS, weights, k=chance.randint(1, 30))
        + ([f"own{i}"] if i % 10 == 0 else [])
        for i in range(size)
    }


def counted(database, collection_id):
    with database.admin() as connection:
        return dict(connection.execute(COUNTED, [collection_id]).fetchall())


def held(database, collection_id):
    with database.admin() as connection:
        return dict(connection.execute(HELD, [collection_id]).fetchall())


async def count(database, share=0.1):
    return await term_statistics.count_words(database.admin_url, at_least=1, share=share)


async def test_frequent_words_are_counted_and_rare_ones_not(new_shelf, database):
    texts = texts_of(1, 60)
    shelf = await new_shelf(
        *[embedded(name, " ".join(each)) for name, each in texts.items()], text_search="simple"
    )

    assert await count(database) == 0

    true = held(database, shelf.collection.id)
    assert counted(database, shelf.collection.id) == {
        lexeme: chunks for lexeme, chunks in true.items() if chunks >= 6
    }
    assert len(true) > len(counted(database, shelf.collection.id)) > 5


@pytest.mark.parametrize(("many", "least"), [(6, 6), (12, 12), (60, 30)])
async def test_so_many_chunks_are_enough_where_they_are_a_smaller_part(
    new_shelf, database, many, least
):
    texts = texts_of(1, 60)
    shelf = await new_shelf(
        *[embedded(name, " ".join(each)) for name, each in texts.items()], text_search="simple"
    )

    await term_statistics.count_words(database.admin_url, at_least=1, share=0.5, many=many)

    true = held(database, shelf.collection.id)
    assert counted(database, shelf.collection.id) == {
        lexeme: chunks for lexeme, chunks in true.items() if chunks >= least
    }


async def test_order_is_the_same_whether_words_are_counted_or_not(new_shelf, database):
    texts = texts_of(2, 300)
    shelf = await new_shelf(
        *[embedded(name, " ".join(each)) for name, each in texts.items()], text_search="simple"
    )
    await count(database, share=0.05)
    chance = random.Random(2)  # noqa: S311 - not for secrets

    for length in (1, 2, 3, 4, 5, 6, 8, 12):
        query = [*chance.choices(WORDS, k=length), *chance.choices(["own0", "nowhere"], k=1)]
        for asked in (query, query[:-1]):
            found = await shelf.retrieve(" ".join(asked), Strategy.KEYWORD, candidates=10)

            expected = sorted(oracles.bm25(texts, asked).items(), key=lambda each: -each[1])
            scores = [each.keyword_score for each in found.candidates]
            assert scores == pytest.approx([score for _, score in expected[:10]], abs=1e-4)
            assert {each.external_id: each.keyword_score for each in found.candidates} == (
                pytest.approx(
                    {
                        each.external_id: dict(expected)[each.external_id]
                        for each in found.candidates
                    },
                    abs=1e-4,
                )
            )


async def test_chunks_that_cannot_enter_are_not_read(new_shelf, database):
    texts = {f"d{i}": f"common {'seldom' if i % 8 == 0 else 'other'} t{i}" for i in range(2_000)}
    shelf = await new_shelf(*[embedded(name, text) for name, text in texts.items()])
    await term_statistics.count_words(database.admin_url, at_least=1_000, share=0.05)
    with database.admin() as admin:
        admin.execute("analyze pgrerank.chunk")
        (plain,) = admin.execute(
            "select pgrerank.worth_finding_v1('{seldom,common}', '{2,0.1}', 1.9)::text"
        ).fetchone()

    found = await shelf.retrieve("common seldom", Strategy.KEYWORD, candidates=20)

    assert plain == "'seldom'"
    assert len(found.candidates) == 20
    assert all("seldom" in texts[each.external_id] for each in found.candidates)


@pytest.mark.parametrize(
    ("need", "expected"),
    [
        (0.5, "'a' | 'b' | 'c'"),
        (1.5, "'a' | 'b' | 'c'"),
        (2.5, "'a' | 'b'"),
        (3.5, "'a' | 'b' & 'c'"),
        (5.5, "'a' & 'b' | 'a' & 'c'"),
        (7, "'a' & 'b'"),
        (7.5, "'a' & 'b' & 'c'"),
        (9.5, None),
    ],
)
def test_combinations_that_reach_a_score(database, need, expected):
    with database.admin() as connection:
        found = connection.execute(
            "select pgrerank.worth_finding_v1('{a,b,c}', '{4,3,2}', %s)::text", [need]
        ).fetchone()[0]
    assert found == expected


async def test_words_are_forgotten_where_they_became_rare(new_shelf, database):
    shelf = await new_shelf(*[embedded(f"d{i}", f"walrus w{i}") for i in range(10)])
    await count(database, 0.5)
    before = counted(database, shelf.collection.id)
    await shelf.store(*[embedded(f"d{i}", f"seal w{i}") for i in range(8)])

    await count(database, 0.5)

    assert before == {"walrus": 10}
    assert counted(database, shelf.collection.id) == {"seal": 8}
    await term_statistics.count_words(database.admin_url, at_least=10_000)
    assert counted(database, shelf.collection.id) == {}


async def test_wrong_count_is_put_right_and_reported(new_shelf, database):
    shelf = await new_shelf(*[embedded(f"d{i}", f"walrus w{i}") for i in range(10)])
    await count(database, 0.5)
    with database.admin() as admin:
        admin.execute(
            "update pgrerank.collection_word set chunks[1] = chunks[1] + 5 where collection_id = %s",
            [shelf.collection.id],
        )

    assert await count(database, 0.5) == 1
    assert counted(database, shelf.collection.id) == {"walrus": 10}


async def test_titles_are_counted_where_they_weigh_and_weigh_the_same_before(new_shelf, database):
    title = "Walrus" + 200 * " " + "walrus"
    shelf = await new_shelf(embedded("a", "seal tusk", title=title), embedded("b", "walrus"))
    boosted = shelf.weighing(title_boost=9)
    before = await scores(boosted, "walrus")
    with database.admin() as admin:
        admin.execute(
            "update pgrerank.collection set title_boost = 9 where id = %s", [shelf.collection.id]
        )
    await boosted.store(embedded("c", "fish", title="Walrus"))
    assert titles_counted(database, shelf) == {"a": False, "b": False, "c": True}
    await PostgresDocuments(shelf.pool).delete(shelf.tenant_id, shelf.collection, "c")

    assert await term_statistics.weigh_titles(database.admin_url) == 1

    assert list(before) == ["a", "b"]
    assert await scores(boosted, "walrus") == before
    assert titles_counted(database, shelf) == {"a": True, "b": False}
    assert await term_statistics.weigh_titles(database.admin_url) == 0


async def scores(shelf, query):
    found = (await shelf.keyword_leg(query)).candidates
    return {each.external_id: each.keyword_score for each in found}


def titles_counted(database, shelf):
    with database.admin() as admin:
        rows = admin.execute(
            """
            select d.external_id, c.title_frequencies is not null
            from pgrerank.chunk as c
            join pgrerank.document as d on d.tenant_id = c.tenant_id and d.id = c.document_id
            where c.collection_id = %s
            """,
            [shelf.collection.id],
        )
        return dict(rows.fetchall())
