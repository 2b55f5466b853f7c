"""Locks: an analyst blocks nobody; a writer blocks only exclusive work on its collection."""

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from pgrerank.domain.errors import CollectionChangedError, ConflictError, NotFoundError
from pgrerank.domain.request import Strategy
from pgrerank.storage import admin, drift, incoming, jobs, maintenance, tenancy, term_statistics
from pgrerank.storage.admin import LoginKind
from pgrerank.storage.collections import PostgresCollections
from pgrerank.storage.documents import PostgresDocuments
from pgrerank.storage.embeddings import PostgresEmbeddings
from pgrerank.storage.pool import pool
from pgrerank.storage.queries import load
from pgrerank.usecases.collections import add_tokens
from tests.api.conftest import services_over
from tests.fakes import FakeEmbedder
from tests.fixtures.collections import changing, embedded

#: advisory keys once in use, which anyone could read in pg_locks
FORMER_KEYS = (
    "hashtextextended('pgrerank.words', 0)",
    "hashtextextended('pgrerank.indexes', 0)",
    "hashtextextended('pgrerank.jobs', 0)",
    "hashtextextended('pgrerank.drift', 0)",
    "'pgrerank.rerank_log'::regclass::bigint",
)


@pytest.fixture
async def analyst(database, new_shelf):
    """An analyst of another tenant, without the role's limits, in an open transaction that has
    read everything it may and holds every advisory key in use."""
    other = await new_shelf(embedded("a", "red fox"))
    name = f"analyst_{database.name}"
    with database.admin() as connection:
        [(tenant,)] = connection.execute(
            "select name from pgrerank.tenant where id = %s", [other.tenant_id]
        )
    url = await admin.add_login(database.admin_url, name, LoginKind.ANALYST, tenants=[tenant])
    with psycopg.connect(url) as connection:
        connection.execute("set idle_in_transaction_session_timeout = 0")
        readable = connection.execute(
            """
            select n.nspname, c.relname from pg_class as c
            join pg_namespace as n on n.oid = c.relnamespace
            where n.nspname like 'pgrerank%' and c.relkind in ('r', 'p', 'v')
                and has_schema_privilege(n.oid, 'usage') and has_table_privilege(c.oid, 'select')
            """
        ).fetchall()
        assert len(readable) > 30
        for names in readable:
            connection.execute(sql.SQL("select * from {} limit 1").format(sql.Identifier(*names)))
        for key in FORMER_KEYS:
            connection.execute(f"select pg_advisory_lock({key})")
        yield connection
    await admin.remove_login(database.admin_url, name)


@pytest.fixture
async def impatient(database):
    """A pool of the service, in a database where waiting for a lock fails soon."""
    with database.admin() as connection:
        connection.execute(f"alter database {database.name} set lock_timeout = '2s'")
    async with pool(database.service_url, size=2) as connections:
        yield connections
    with database.admin() as connection:
        connection.execute(f"alter database {database.name} reset lock_timeout")


async def test_analyst_that_holds_all_it_can_keeps_no_tenant_waiting(
    analyst, database, impatient, new_shelf
):
    shelf = replace(await new_shelf(embedded("b", "red fox")), pool=impatient)
    documents = PostgresDocuments(impatient)
    for each in ("hold", "hold again"):
        hold_advisory_keys(analyst)
        await shelf.store(embedded("b", each), embedded("c", "blue fox"))

    assert await shelf.found("blue fox", Strategy.KEYWORD) == ["c"]
    await documents.delete(shelf.tenant_id, shelf.collection, "c")
    assert await maintenance.ensure_partitions(database.admin_url, months_ahead=6) > 0
    assert await term_statistics.count_words(database.admin_url, at_least=1) == 0
    assert (await maintenance.index_collections(database.admin_url, above=0)).built
    await drift.count(database.admin_url)
    await jobs.prepare(database.admin_url)
    await PostgresCollections(impatient).delete(shelf.tenant_id, "shelf")


def hold_advisory_keys(connection):
    """Take each advisory key that is currently held, as soon as it is free."""
    connection.execute(
        """
        select case when objsubid = 1
            then pg_try_advisory_lock((classid::bigint << 32) | objid::bigint)
            else pg_try_advisory_lock(classid::integer, objid::integer) end
        from pg_locks where locktype = 'advisory'
        """
    )


async def test_no_statement_holds_a_key_that_every_login_could_take(database, service_pool, shelf):
    place = {"tenant_id": shelf.tenant_id, "name": shelf.collection.name}
    async with tenancy.tenant(service_pool, shelf.tenant_id) as connection:
        await incoming.store(
            connection, shelf.tenant_id, shelf.collection, [embedded("a", "fox")], None
        )
        await connection.execute(load("collections")["claim"], place)
        with database.admin() as watcher:
            held = watcher.execute(
                "select from pg_locks where locktype = 'advisory' and database = "
                "(select oid from pg_database where datname = current_database())"
            ).rowcount

    assert held == 0


async def test_deletion_waits_for_writers_under_way_and_not_for_later_ones(
    database, service_pool, new_shelf
):
    shelf = await new_shelf()
    collections = PostgresCollections(service_pool)
    async with tenancy.tenant(service_pool, shelf.tenant_id) as early:
        await incoming.store(early, shelf.tenant_id, shelf.collection, [embedded("a", "fox")], None)
        deletion = asyncio.create_task(collections.delete(shelf.tenant_id, "shelf"))
        await database.lock_waits(1)
        late = asyncio.create_task(shelf.store(embedded("b", "fox")))
        await database.lock_waits(2)

    await deletion
    with pytest.raises(NotFoundError):
        await late


async def test_change_of_a_collection_waits_for_another_and_starts_from_its_result(
    database, service_pool, shelf
):
    collections = PostgresCollections(service_pool)

    def add_late(current):
        return replace(current, terms={**current.terms, "late": 1.0})

    with database.admin() as early:
        early.execute(
            "update pgrerank.collection set terms = '{\"early\": 1}' where tenant_id = %s",
            [shelf.tenant_id],
        )
        late = asyncio.create_task(collections.change(shelf.tenant_id, "shelf", add_late))
        await database.lock_waits(1)

    assert (await late).terms == {"early": 1, "late": 1}
    assert (await shelf.again()).collection == await late


async def test_change_of_a_collection_does_not_wait_for_writers(database, service_pool, shelf):
    impatient = make_conninfo(database.service_url, options="-c lock_timeout=2s")
    async with (
        pool(impatient, size=1) as connections,
        tenancy.tenant(service_pool, shelf.tenant_id) as writer,
    ):
        await incoming.store(
            writer, shelf.tenant_id, shelf.collection, [embedded("a", "fox")], None
        )
        changed = await PostgresCollections(connections).change(
            shelf.tenant_id, "shelf", changing(reranker="cloud")
        )

    assert (await shelf.again()).collection.reranker == changed.reranker == "cloud"


@asynccontextmanager
async def writing(connections, shelf):
    """A writer that has stored a document by what the collection is now, before its end."""
    async with tenancy.tenant(connections, shelf.tenant_id) as writer:
        await incoming.store(
            writer, shelf.tenant_id, shelf.collection, [embedded("a", "fox")], None
        )
        yield


async def test_chunks_of_writers_under_way_get_token_vectors_when_these_are_filled(
    database, service_pool, shelf
):
    services = services_over(database, service_pool)
    async with writing(service_pool, shelf):
        filling = asyncio.create_task(add_tokens(services, shelf.tenant_id, "shelf"))
        await database.lock_waits(1)

    assert await filling == 1
    with pytest.raises(CollectionChangedError):
        await shelf.store(embedded("b", "fox"))


@pytest.mark.parametrize("change", ["finish", "cut_over", "roll_back"])
async def test_a_change_of_the_vectors_in_use_counts_the_chunks_of_writers_under_way(
    database, service_pool, shelf, change
):
    embeddings = PostgresEmbeddings(service_pool)
    new = replace(FakeEmbedder.model, name="new", fingerprint="9" * 64)
    place = (shelf.tenant_id, shelf.collection)
    await embeddings.begin(*place, new)
    await embeddings.finish(*place, new)
    if change == "roll_back":
        await embeddings.cut_over(*place)
        shelf = await shelf.again()
    model = [new] if change == "finish" else []
    async with writing(service_pool, shelf):
        changing_sets = asyncio.create_task(getattr(embeddings, change)(*place, *model))
        await database.lock_waits(1)

    if change == "cut_over":
        with pytest.raises(ConflictError, match="1 chunk of `shelf` came since"):
            await changing_sets
    else:
        assert await changing_sets == 1


async def test_chores_of_one_name_go_one_after_the_other(database):
    order = []

    async def do(number):
        async with admin.exclusive(database.admin_url, "words"):
            order.append(number)
            await asyncio.sleep(0)
            order.append(number)

    async with (
        admin.exclusive(database.admin_url, "words"),
        admin.exclusive(database.admin_url, "indexes"),
    ):
        others = [asyncio.create_task(do(number)) for number in (1, 2)]
        await database.lock_waits(2)
        assert order == []
    await asyncio.gather(*others)

    assert order in ([1, 1, 2, 2], [2, 2, 1, 1])


@pytest.mark.parametrize(
    "statement",
    [
        "lock table pgrerank.{} in row share mode",
        "select 1 from pgrerank.{} for key share",
        "lock table pgrerank.{} in share mode",
    ],
)
async def test_analyst_cannot_lock_what_it_reads(analyst, statement):
    analyst.commit()
    for table in ("collection", "chunk", "rerank_log", "score_daily", "analyst_grant"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            analyst.execute(statement.format(table))
        analyst.rollback()


async def test_logins_of_analysts_have_limits(database):
    name = f"limited_{database.name}"
    await admin.add_login(database.admin_url, name, LoginKind.ANALYST)
    with database.admin() as connection:
        [(limit, settings)] = connection.execute(
            "select r.rolconnlimit, s.setconfig from pg_roles as r "
            "join pg_db_role_setting as s on s.setrole = r.oid where r.rolname = %s",
            [name],
        )
    await admin.remove_login(database.admin_url, name)

    assert limit == 10
    assert {each.partition("=")[0] for each in settings} == {
        "idle_in_transaction_session_timeout",
        "lock_timeout",
        "statement_timeout",
    }
