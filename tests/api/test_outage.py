"""When Postgres fails, callers get an error; afterwards the service continues."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import psycopg
import pytest

from pgrerank.ports.services import Services
from pgrerank.storage.pool import pool
from tests.api.conftest import Client, anonymous, bearer, client_of, new_key, services_over
from tests.fixtures.postgres import Database
from tests.resilience.running import PATIENCE_S

TERMINATE = """
    select pg_terminate_backend(pid) from pg_stat_activity
    where datname = %s and pid <> all(array[pg_backend_pid(), %s])
"""


@pytest.fixture
async def caller(stored_services: Services, database: Database) -> AsyncIterator[Client]:
    async with client_of(stored_services, tenant_id=database.new_tenant()) as client:
        await client.put("/v1/collections/things")
        yield client


@pytest.fixture
def server(database: Database) -> Iterator[psycopg.Connection]:
    """An administrator's connection to another database than the one under test."""
    elsewhere = database.admin_url.replace(f"/{database.name}?", "/postgres?")
    with psycopg.connect(elsewhere, autocommit=True) as connection:
        yield connection


async def test_lost_connections_are_replaced(caller: Client, database: Database, server):
    server.execute(TERMINATE, [database.name, 0])
    answer = await caller.get("/v1/collections/things")
    assert answer.status_code == 200


async def test_a_request_under_way_is_told_to_retry(caller: Client, database: Database, server):
    with database.admin() as blocker:
        blocker.execute("lock table pgrerank.collection in access exclusive mode")
        under_way = asyncio.create_task(caller.get("/v1/collections/things"))
        await database.lock_waits()
        server.execute(TERMINATE, [database.name, blocker.info.backend_pid])
        answer = await under_way

    assert answer.status_code == 503
    assert answer.json()["type"] == "urn:pgrerank:problem:unavailable"
    assert int(answer.headers["retry-after"]) >= 1
    assert "Postgres" in answer.json()["detail"]
    assert (await caller.get("/v1/collections/things")).status_code == 200


async def test_a_closed_database_is_unavailable_until_it_opens(database: Database, server):
    async with pool(database.service_url, size=1) as connections:
        services = services_over(database, connections)
        secret = await new_key(services, database.new_tenant())
        async with anonymous(services) as client:
            client.headers.update(bearer(secret))
            connections.timeout = 0.5
            server.execute(f"alter database {database.name} allow_connections false")
            server.execute(TERMINATE, [database.name, 0])
            during = await client.get("/v1/collections")
            server.execute(f"alter database {database.name} allow_connections true")
            connections.timeout = PATIENCE_S
            after = await client.get("/v1/collections")

    assert during.status_code == 503
    assert "retry-after" in during.headers
    assert after.status_code == 200
