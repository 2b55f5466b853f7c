"""The counters equal a recount after any sequence of changes."""

import random
from concurrent.futures import ThreadPoolExecutor

import pytest
from psycopg import Rollback

from tests.fixtures import everything, rows

COUNTED = """
    select coalesce(sum(documents), 0)::int, coalesce(sum(chunks), 0)::int,
        coalesce(sum(lexemes), 0)::int
    from pgrerank.collection_size where tenant_id = %s and collection_id = %s
"""
RECOUNTED = """
    select
        (select count(*) from pgrerank.document where (tenant_id, collection_id) = (%(t)s, %(c)s)),
        count(*),
        coalesce(sum(lexeme_count), 0)::int
    from pgrerank.chunk where (tenant_id, collection_id) = (%(t)s, %(c)s)
"""


def counted(connection, tenant_id, collection_id):
    return connection.execute(COUNTED, [tenant_id, collection_id]).fetchone()


def recounted(connection, tenant_id, collection_id):
    return connection.execute(RECOUNTED, {"t": tenant_id, "c": collection_id}).fetchone()


def work(database, tenant_id, collection_id, seed):
    """Some sixty random transactions of one writer, a fifth of them rolled back."""
    chance = random.Random(seed)  # noqa: S311 - the same workload in every run
    mine = []
    with database.service(tenant_id) as connection:
        for _ in range(60):
            undone = chance.random() < 0.2
            with connection.transaction():
                made, gone = step(connection, tenant_id, collection_id, mine, chance)
                if undone:
                    raise Rollback
            if not undone:
                mine = [each for each in [*mine, *made] if each not in gone]


def step(connection, tenant_id, collection_id, mine, chance):
    """Make one change. Returns the documents it made and those it deleted."""
    kind = chance.choice(["add", "add", "add", "delete", "rewrite", "recount"]) if mine else "add"
    some = chance.sample(mine, min(len(mine), 2))
    if kind == "add":
        document_id = rows.store_document(connection, tenant_id, collection_id)
        for ordinal in range(chance.randrange(4)):
            rows.store_chunk(
                connection,
                tenant_id,
                collection_id,
                document_id,
                ordinal=ordinal,
                lexeme_count=chance.randrange(9),
            )
        return [document_id], []
    if kind == "delete":
        connection.execute("delete from pgrerank.document where id = any(%s)", [some])
        return [], some
    if kind == "rewrite":
        connection.execute("delete from pgrerank.chunk where document_id = any(%s)", [some])
        rows.store_chunk(connection, tenant_id, collection_id, some[0], lexeme_count=5)
        return [], []
    connection.execute(
        "update pgrerank.chunk set lexeme_count = lexeme_count + 3 where document_id = any(%s)",
        [some],
    )
    return [], []


@pytest.mark.parametrize("seed", [1, 2])
def test_counters_equal_a_recount_after_concurrent_writers(database, seed):
    tenant_id = database.new_tenant()
    with database.admin() as connection:
        collection_id = rows.store_collection(connection, tenant_id)

    with ThreadPoolExecutor(4) as writers:
        done = [
            writers.submit(work, database, tenant_id, collection_id, 10 * seed + writer)
            for writer in range(4)
        ]
        for each in done:
            each.result()

    with database.admin() as connection:
        assert recounted(connection, tenant_id, collection_id)[0] > 5
        assert counted(connection, tenant_id, collection_id) == recounted(
            connection, tenant_id, collection_id
        )


def test_counters_go_with_their_collection(database):
    tenant_id = database.new_tenant()
    with database.admin() as connection:
        made = everything.store(connection, tenant_id)

    with database.service(tenant_id) as connection:
        connection.execute("delete from pgrerank.collection")
        left = connection.execute("select * from pgrerank.collection_size").fetchall()

    assert left == []
    with database.admin() as connection:
        assert counted(connection, tenant_id, made.collection_id) == (0, 0, 0)
        assert recounted(connection, tenant_id, made.collection_id) == (0, 0, 0)


def test_one_statement_on_many_rows_counts_them_all(database):
    tenant_id = database.new_tenant()
    with database.admin() as connection:
        collection_id = rows.store_collection(connection, tenant_id)

    with database.service(tenant_id) as connection:
        connection.execute(
            """
            insert into pgrerank.document
                (tenant_id, id, collection_id, external_id, title, metadata, content_hash)
            select %s, gen_random_uuid(), %s, i::text, '', '{}', '' from generate_series(1, 1000) as i
            """,
            [tenant_id, collection_id],
        )

    with database.admin() as connection:
        assert counted(connection, tenant_id, collection_id) == (1000, 0, 0)
