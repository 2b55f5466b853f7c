"""Behind a real PgBouncer: the service is safe in transaction mode, administrators are refused."""

import asyncio
from contextlib import ExitStack
from itertools import cycle

import httpx
import psycopg
import pytest

from pgrerank.domain.errors import SettingsError
from pgrerank.storage import admin, tenancy
from pgrerank.storage.collections import PostgresCollections
from pgrerank.storage.pool import pool
from tests.cli.conftest import Cli
from tests.fakes import FakeEmbedder
from tests.fixtures.collections import Shelf, embedded
from tests.fixtures.pgbouncer import pgbouncer
from tests.fixtures.service import Live, environment, serving
from tests.resilience.running import PATIENCE_S

ADMIN = "PGRERANK_ADMIN_DATABASE_URL"


@pytest.fixture(scope="module")
def pooled(database):
    with pgbouncer(database, "transaction") as found:
        yield found


async def shelf_of(connections, tenant_id):
    collection = await PostgresCollections(connections).create(
        tenant_id, "shelf", text_search="english", embedder=FakeEmbedder.model
    )
    return Shelf(connections, tenant_id, collection)


async def test_searches_and_ingests_go_on_side_by_side(database, pooled):
    tenants = [database.new_tenant() for _ in range(2)]
    async with pool(pooled.service_url, size=6, wait_s=120) as connections:
        shelves = [await shelf_of(connections, tenant_id) for tenant_id in tenants]

        async def turn(number):
            shelf = shelves[number % 2]
            await shelf.store(embedded(f"{number % 2}-{number}", f"walrus tusk {number}"))
            return number % 2, await shelf.found("walrus tusk")

        done = await asyncio.gather(*map(turn, range(120)))

    assert all(ids and {each[0] for each in ids} == {str(which)} for which, ids in done)
    with database.admin() as direct:
        stored = direct.execute(
            "select count(*) from pgrerank.document where tenant_id = any(%s)", [tenants]
        )
        assert stored.fetchone() == (120,)


async def test_nothing_of_a_transaction_stays_with_the_connection(database, pooled):
    tenant_id = database.new_tenant()
    async with (
        pool(pooled.service_url, size=2) as connections,
        tenancy.tenant(connections, tenant_id) as connection,
    ):
        found = await connection.execute(
            "select current_setting('statement_timeout'),"
            " current_setting('pgrerank.tenant_id'), pg_backend_pid()"
        )
        timeout, bound, _ = await found.fetchone()
    with psycopg.connect(pooled.service_url, autocommit=True, prepare_threshold=None) as stranger:
        left = [
            stranger.execute(
                "select current_setting('statement_timeout'),"
                " coalesce(current_setting('pgrerank.tenant_id', true), '')"
            ).fetchone()
            for _ in range(4)
        ]

    assert (timeout, bound) == ("1min", str(tenant_id))
    assert set(left) == {("0", "")}


async def test_a_statement_that_runs_too_long_is_stopped(database, pooled):
    tenant_id = database.new_tenant()
    async with (
        pool(pooled.service_url, size=1) as connections,
        tenancy.tenant(connections, tenant_id) as connection,
    ):
        await connection.execute("select set_config('statement_timeout', '20', true)")
        with pytest.raises(psycopg.errors.QueryCanceled):
            await connection.execute("select pg_sleep(60)")
        await connection.rollback()


def test_the_service_serves_two_tenants_over_http(database, pooled, tmp_path):
    settings = environment(database) | {"PGRERANK_DATABASE_URL": pooled.service_url}
    with serving(settings, tmp_path / "log") as url, ExitStack() as stack:
        callers = [
            stack.enter_context(
                httpx.Client(
                    base_url=url,
                    headers={"Authorization": f"Bearer {Live(url).new_key()}"},
                    timeout=PATIENCE_S,
                )
            )
            for _ in range(2)
        ]
        for number, caller in enumerate(callers):
            caller.put("/v1/collections/docs", json={}).raise_for_status()
            caller.put(
                "/v1/collections/docs/documents",
                json=[{"id": f"{number}-{i}", "text": f"walrus {i}"} for i in range(5)],
            ).raise_for_status()
        body = {"query": "walrus", "rerank": "never"}
        for _, (number, caller) in zip(range(100), cycle(enumerate(callers)), strict=False):
            answer = caller.post("/v1/collections/docs/search", json=body).raise_for_status()
            assert {each["document"]["id"][0] for each in answer.json()["results"]} == {str(number)}
        assert httpx.get(f"{url}/health/ready").status_code == 200


@pytest.mark.parametrize(
    "command",
    [
        ("migrate",),
        ("migrate", "--check"),
        ("maintain",),
        ("worker", "--once"),
        ("login", "add", "x"),
        ("drift",),
    ],
)
def test_an_administrator_is_told_to_go_around_it(database, pooled, command):
    both = Cli({"PGRERANK_DATABASE_URL": database.service_url, ADMIN: pooled.admin_url})
    one = Cli({"PGRERANK_DATABASE_URL": pooled.admin_url})
    refusals = [cli(*command) for cli in (both, one)]

    assert [each.exit_code for each in refusals] == [1, 1]
    assert f"{ADMIN}: leads to a pooler in transaction mode" in refusals[0].output
    if "--check" not in command:
        assert f"{ADMIN}: is not set, and PGRERANK_DATABASE_URL leads to" in refusals[1].output
    assert "host and port of Postgres itself" in refusals[0].output


async def test_servers_that_take_turns_are_seen_too(database):
    with (
        pgbouncer(database, "transaction", server_round_robin=1) as found,
        pytest.raises(SettingsError, match="pooler in transaction mode"),
    ):
        await admin.grants(found.admin_url)


def test_a_pooler_in_session_mode_is_as_good_as_none(database):
    with pgbouncer(database, "session", default_pool_size=5) as found:
        cli = Cli({"PGRERANK_DATABASE_URL": database.service_url, ADMIN: found.admin_url})
        assert cli("migrate").exit_code == 0
        assert cli.json("login", "list") == []
