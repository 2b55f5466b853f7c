"""Counts of frequent words equal a recount after any sequence of changes."""

import random
from concurrent.futures import ThreadPoolExecutor

import pytest
from psycopg import Rollback

from pgrerank.storage import term_statistics
from tests.fixtures import rows

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


def facts(database, statement, collection_id):
    with database.admin() as connection:
        return dict(connection.execute(statement, [collection_id]).fetchall())


async def count(database, share):
    return await term_statistics.count_words(database.admin_url, at_least=1, share=share)


def work(database, tenant_id, collection_id, seed):
    """Random transactions of one writer, a fifth of them rolled back."""
    chance = random.Random(seed)  # noqa: S311 - the same workload in every run
    mine = []
    with database.service(tenant_id) as connection:
        for _ in range(40):
            undone = chance.random() < 0.2
            with connection.transaction():
                if mine and chance.random() < 0.3:
                    gone = chance.choice(mine)
                    connection.execute("delete from pgrerank.document where id = %s", [gone])
                    made = []
                else:
                    gone, made = None, [store(connection, tenant_id, collection_id, chance)]
                if undone:
                    raise Rollback
            if not undone:
                mine = [each for each in [*mine, *made] if each != gone]


def store(connection, tenant_id, collection_id, chance):
    document_id = rows.store_document(connection, tenant_id, collection_id)
    for ordinal in range(3):
        chunk_id = rows.store_chunk(
            connection, tenant_id, collection_id, document_id, ordinal=ordinal
        )
        text = " ".join(chance.choices(WORDS, k=5))
        connection.execute(
            "update pgrerank.chunk set tsv = to_tsvector('simple', %s) where id = %s",
            [text, chunk_id],
        )
    return document_id


@pytest.mark.parametrize("seed", [1, 2])
async def test_counts_equal_a_recount_after_concurrent_writers(database, seed):
    tenant_id = database.new_tenant()
    with database.admin() as connection:
        collection_id = rows.store_collection(connection, tenant_id)
        document_id = rows.store_document(connection, tenant_id, collection_id)
        rows.store_chunk(connection, tenant_id, collection_id, document_id)

    with ThreadPoolExecutor(4) as writers:
        done = [
            writers.submit(work, database, tenant_id, collection_id, 10 * seed + writer)
            for writer in range(4)
        ]
        for share in (0.3, 0.01, 0.1):
            await count(database, share)
        for each in done:
            each.result()

    assert await count(database, 0.01) == 0
    true, found = (facts(database, statement, collection_id) for statement in (HELD, COUNTED))
    assert len(found) > 10
    assert found == {lexeme: true[lexeme] for lexeme in found}
