"""Which indexes a search uses, as the service's login, next to a much larger tenant.

EXPLAIN does not show plans inside functions; the counters of the indexes count them.
"""

import json
import re
from datetime import UTC, datetime

import pytest
from uuid_utils.compat import uuid7

from pgrerank.domain import ids
from pgrerank.domain.request import Strategy
from pgrerank.storage import maintenance, queries, tenancy
from pgrerank.storage import pool as pools
from pgrerank.storage.collections import PostgresCollections
from tests.fakes import FakeEmbedder
from tests.fixtures.collections import Shelf, embedded

LARGE, SMALL = 2_000, 50


@pytest.fixture
async def large(new_shelf, database):
    shelf = await new_shelf(*[embedded(f"d{i}", f"common w{i} v{i % 7}") for i in range(LARGE)])
    with database.admin() as admin:
        # As autovacuum does: what the index has not sorted in yet makes it look expensive.
        admin.execute("select gin_clean_pending_list('pgrerank.ix_chunk_tsv')")
        admin.execute("analyze")
    return shelf


@pytest.fixture
async def small(new_shelf):
    return await new_shelf(*[embedded(f"d{i}", f"common w{i} v{i % 7}") for i in range(SMALL)])


@pytest.fixture
def touched(database):
    """Runs a search. Returns the rows read, by index and by table without an index."""

    async def run(shelf, query, strategy, **knobs):
        await flush(shelf)
        before = counters(database)
        retrieved = await shelf.retrieve(query, strategy, **knobs)
        await flush(shelf)
        after = counters(database)
        read = {name: after[name] - before.get(name, 0) for name in after}
        return retrieved, {name: rows for name, rows in read.items() if rows}

    return run


async def flush(shelf):
    """Flush the counters of the one connection of a pool."""
    async with tenancy.tenant(shelf.pool, shelf.tenant_id) as connection:
        await connection.execute("select pg_stat_force_next_flush()")


def counters(database):
    with database.admin() as admin:
        return dict(
            admin.execute(
                """
                select indexrelname, idx_tup_read from pg_stat_user_indexes
                union all
                select relname, seq_tup_read from pg_stat_user_tables where relname like 'chunk%'
                """
            ).fetchall()
        )


def vectors_read(read, index=""):
    """How many vectors were read, in total or by the indexes of a kind."""
    return sum(rows for name, rows in read.items() if "chunk_embedding" in name and index in name)


def say_it_is_larger(database, shelf):
    """Make the counters claim that a collection is large enough for an index."""
    with database.admin() as admin:
        admin.execute(
            "update pgrerank.collection_size set chunks = chunks + %s where tenant_id = %s",
            [maintenance.EXACT_LIMIT, shelf.tenant_id],
        )


@pytest.fixture
async def service_pool(database):
    """One connection, so that its counters are those of the search."""
    async with pools.pool(database.service_url, size=1) as connections:
        yield connections


@pytest.mark.usefixtures("small")
async def test_keyword_leg_reads_the_rows_of_its_terms(large, touched):
    retrieved, read = await touched(large, "w77 w78", Strategy.KEYWORD)

    assert retrieved.keyword.returned == 2
    # Of its own 2,000 chunks two; the index also has the chunks of other tenants with these words.
    assert read["ix_chunk_tsv"] <= LARGE / 20
    assert "ix_chunk_tenant_id_collection_id" not in read
    assert "chunk" not in read


@pytest.mark.usefixtures("small")
async def test_keyword_leg_of_a_frequent_term_goes_by_an_index(large, touched):
    retrieved, read = await touched(large, "v3", Strategy.KEYWORD)

    assert retrieved.keyword.returned == 100
    assert {"ix_chunk_tsv", "ix_chunk_tenant_id_collection_id"} & set(read)
    assert "chunk" not in read


async def test_candidates_are_looked_up_where_the_planner_would_read_all(large, touched):
    async with tenancy.tenant(large.pool, large.tenant_id) as connection:
        await connection.execute("set enable_nestloop = off")

    retrieved, read = await touched(large, "common w5", Strategy.DENSE)

    assert len(retrieved.candidates) == 100
    assert (read["pk_chunk"], read["pk_document"]) == (100, 100)


@pytest.mark.usefixtures("large")
async def test_exact_search_reads_the_vectors_of_its_tenant_only(small, touched):
    retrieved, read = await touched(small, "common", Strategy.DENSE)

    assert (retrieved.dense.scan, retrieved.dense.returned) == ("exact", SMALL)
    assert vectors_read(read) == SMALL
    assert "chunk_embedding" not in read


@pytest.mark.usefixtures("small")
async def test_collection_over_the_limit_is_searched_through_its_index(large, touched, database):
    report = await maintenance.index_collections(database.admin_url, above=LARGE - 1)
    say_it_is_larger(database, large)

    retrieved, read = await touched(await large.again(), "common w5", Strategy.DENSE)

    assert (retrieved.dense.scan, retrieved.dense.returned) == ("hnsw", 100)
    assert any(read.get(name) for name in report.built)
    assert "pk_chunk_embedding" not in read


@pytest.mark.usefixtures("large")
async def test_filter_reads_the_documents_of_its_collection_only(new_shelf, touched):
    shelf = await new_shelf(
        *[embedded(f"d{i}", f"common w{i}", metadata={"n": i % 2}) for i in range(SMALL)]
    )

    retrieved, read = await touched(shelf, "common", Strategy.DENSE, filter={"n": 1}, candidates=9)

    assert retrieved.dense.returned == 9
    assert read["uq_document_tenant_id_collection_id_external_id"] == SMALL
    assert "ix_document_metadata" not in read
    assert vectors_read(read) == SMALL


async def test_filter_that_few_pass_reads_their_vectors_only_in_a_collection_with_an_index(
    new_shelf, touched, database
):
    shelf = await new_shelf(
        *[embedded(f"d{i}", f"common w{i}", metadata={"n": i}) for i in range(SMALL)]
    )
    await maintenance.index_collections(database.admin_url, above=SMALL - 1)
    say_it_is_larger(database, shelf)

    retrieved, read = await touched(await shelf.again(), "common", Strategy.DENSE, filter={"n": 7})

    assert retrieved.dense.returned == 1
    assert vectors_read(read) == 1


@pytest.mark.parametrize("condition", [None, {"n": {"$gte": 10}}])
async def test_nothing_another_tenant_stores_shows_in_what_a_search_reads_or_gets(
    new_shelf, touched, database, condition
):
    """Times are noisy, so the test counts the rows that are read.

    Which of two equal indexes is used is left to the planner, which may change its choice once it
    has statistics.
    """
    documents = [embedded(f"d{i}", f"common w{i}", metadata={"n": i}) for i in range(SMALL)]
    small, indexed = await new_shelf(*documents), await new_shelf(*documents)
    await maintenance.index_collections(database.admin_url, above=SMALL - 1)
    say_it_is_larger(database, indexed)
    indexed = await indexed.again()

    async def seen(shelf):
        found, read = await touched(
            shelf, "common w3", Strategy.DENSE, filter=condition, candidates=40
        )
        names = [each.external_id for each in found.candidates]
        return names, found.dense, vectors_read(read, "hnsw"), vectors_read(read)

    before = [await seen(small), await seen(indexed)]
    assert before[1][1].scan == ("exact" if condition else "hnsw")
    crowd = [embedded(f"o{i}", "common w3", metadata={"n": i}) for i in range(500)]
    await new_shelf(*crowd)
    with database.admin() as admin:
        admin.execute("analyze")

    assert [await seen(small), await seen(indexed)] == before


@pytest.mark.parametrize("others", [0, 100, 1_000])
async def test_vectors_are_read_by_their_key_before_there_are_statistics(fresh_database, others):
    """An index by tenant and chunk would read the vectors of all the tenant's collections."""
    tenant_id = fresh_database.new_tenant()
    async with pools.pool(fresh_database.service_url, size=1) as connections:
        shelf, _ = [
            await stocked(connections, tenant_id, name, count)
            for name, count in [("searched", SMALL), ("other", others)]
        ]
        before = counters(fresh_database)
        await shelf.retrieve("common", Strategy.DENSE)
        await flush(shelf)
        after = counters(fresh_database)

    read = {name: after[name] - before[name] for name in after if "chunk_embedding" in name}
    assert {name: rows for name, rows in read.items() if rows} == {"pk_chunk_embedding": SMALL}


async def stocked(connections, tenant_id, name, count):
    collection = await PostgresCollections(connections).create(
        tenant_id, name, text_search="english", embedder=FakeEmbedder.model
    )
    shelf = Shelf(connections, tenant_id, collection)
    await shelf.store(*[embedded(f"d{i}", f"common w{i}") for i in range(count)])
    await flush(shelf)
    return shelf


async def test_ranking_is_looked_up_in_its_month_only(new_tenant, service_pool):
    ranking_id = uuid7()
    wanted = {
        "tenant_id": new_tenant(),
        "id": ranking_id,
        "created_at": ids.created_at(ranking_id),
    }
    async with tenancy.tenant(service_pool, wanted["tenant_id"]) as connection:
        statement = "explain (format json) " + queries.load("rankings")["get"]
        plan = await (await connection.execute(statement, wanted)).fetchone()

    text = json.dumps(plan[0])
    assert text.count('"rerank_log_') == text.count(datetime.now(UTC).strftime('"rerank_log_%Y%m'))
    assert datetime.now(UTC).strftime('"rerank_log_%Y%m"') in text


async def test_words_are_counted_once_before_there_are_statistics(fresh_database):
    """The planner once estimated one chunk and recounted the words for each chunk."""
    plans: list[str] = []
    async with pools.pool(fresh_database.service_url, size=1) as connections:
        shelf = await stocked(connections, fresh_database.new_tenant(), "new", SMALL)
        with fresh_database.admin() as admin:
            admin.add_notice_handler(lambda told: plans.append(told.message_detail or ""))
            admin.execute(
                "select set_config('pgrerank.tenant_id', %s, true)", [str(shelf.tenant_id)]
            )
            admin.execute("set local debug_print_plan = on")
            admin.execute("set local client_min_messages = log")
            admin.execute(
                "select * from pgrerank.keyword_leg_v1(%s, 'common w3', 10)", [shelf.collection.id]
            )

    joins = [plan for plan in plans if "{NESTLOOP" in plan and "ctename hit" in plan]
    assert joins
    assert not any(re.search(r"righttree\s*\{(AGG|SUBQUERYSCAN)", plan) for plan in joins)
