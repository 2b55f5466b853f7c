import asyncio
import math

import psycopg
import pytest
from pgvector import Vector
from psycopg import errors as sqlstates

from pgrerank.domain.errors import ConflictError, OverloadedError, UnavailableError
from pgrerank.storage import errors, tenancy
from pgrerank.storage.pool import pool


async def test_connections_speak_vectors_and_stop_runaway_statements(service_pool):
    async with tenancy.nobody(service_pool) as connection:
        answer = await connection.execute(
            "select '[1,2]'::vector, current_setting('statement_timeout')"
        )
        vector, timeout = await answer.fetchone()

    assert vector == Vector([1, 2])
    assert timeout == "1min"


async def test_json_is_read_whole_even_beyond_double_precision(service_pool):
    async with tenancy.nobody(service_pool) as connection:
        answer = await connection.execute(
            """select '{"a": ["\\u00e9", 0.1, null]}'::jsonb,
            format('[12345678901234567890123, %s.5]', repeat('9', 400))::jsonb"""
        )
        usual, huge = await answer.fetchone()

    assert usual == {"a": ["é", 0.1, None]}
    assert huge == [12345678901234567890123, math.inf]


async def test_dead_connections_are_replaced_unseen(database):
    async with pool(database.service_url, size=2) as connections:
        async with tenancy.nobody(connections) as connection:
            await connection.execute("select 1")
        with database.admin() as admin:
            admin.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity "
                "where datname = current_database() and application_name = 'pgrerank'"
            )

        async with tenancy.nobody(connections) as connection:
            answer = await connection.execute("select 1")
            assert await answer.fetchone() == (1,)


class Begin:
    """Begins a transaction whose first attempts fail; counts the attempts."""

    def __init__(self, failing, statement="select pg_terminate_backend(pg_backend_pid())"):
        self.attempts = 0
        self._failing, self._statement = failing, statement

    async def __call__(self, connection):
        self.attempts += 1
        if self.attempts <= self._failing:
            await connection.execute(self._statement)
        await connection.execute("begin")


async def test_transaction_begins_on_another_connection_if_one_is_lost(database):
    begin = Begin(failing=2)
    async with pool(database.service_url, size=2) as connections:
        async with connections.begun(begin) as connection:
            answer = await connection.execute("select 1")
            assert await answer.fetchone() == (1,)

        assert begin.attempts == 3


async def test_transaction_that_loses_every_connection_is_given_up_after_the_wait(database):
    async with pool(database.service_url, size=1, wait_s=0.3) as connections:
        with pytest.raises(psycopg.OperationalError):
            async with connections.begun(Begin(failing=1000)):
                pass


async def test_transaction_that_is_refused_is_not_begun_again(database):
    begin = Begin(failing=1, statement="select 1 / 0")
    async with pool(database.service_url, size=1) as connections:
        with pytest.raises(sqlstates.DivisionByZero):
            async with connections.begun(begin):
                pass

    assert begin.attempts == 1


async def test_lost_connection_is_unavailable(database):
    async with pool(database.service_url, size=1) as connections:
        with pytest.raises(UnavailableError, match="Postgres"):
            async with tenancy.nobody(connections) as connection:
                await connection.execute("select pg_terminate_backend(pg_backend_pid())")


class BrokenError(Exception):
    """An error in the middle of work."""


async def insert_key_and_break(pool, tenant_id):
    async with tenancy.tenant(pool, tenant_id) as connection:
        await connection.execute(
            "insert into pgrerank.api_key (tenant_id, id, name, prefix, secret_hash, scopes) "
            "values (%s, gen_random_uuid(), 'x', 'x', '', '{}')",
            [tenant_id],
        )
        raise BrokenError


async def test_work_is_undone_where_the_block_fails(service_pool, two_tenants):
    with pytest.raises(BrokenError):
        await insert_key_and_break(service_pool, two_tenants[0])

    async with tenancy.tenant(service_pool, two_tenants[0]) as connection:
        left = await connection.execute("select * from pgrerank.api_key where name = 'x'")
        assert await left.fetchall() == []


async def test_over_the_waiting_line_a_request_is_refused_at_once(database):
    async def passes():
        async with tenancy.nobody(connections):
            return True

    async with pool(database.service_url, size=1, waiting=1) as connections:
        async with tenancy.nobody(connections):
            waiting = asyncio.create_task(passes())
            await asyncio.sleep(0)
            with pytest.raises(OverloadedError) as refused:
                await passes()
        assert await waiting

    assert refused.value.retry_after_s >= 1


async def test_server_that_is_away_is_unavailable():
    async with pool("postgresql://nobody@/x?host=/nowhere", size=1, wait_s=0.1) as connections:
        with pytest.raises(UnavailableError, match="Postgres"):
            async with tenancy.nobody(connections):
                pass


@pytest.mark.parametrize(
    "passing",
    [
        sqlstates.DeadlockDetected,
        sqlstates.SerializationFailure,
        sqlstates.LockNotAvailable,
        sqlstates.QueryCanceled,
        sqlstates.TooManyConnections,
        sqlstates.DiskFull,
        sqlstates.AdminShutdown,
        sqlstates.CannotConnectNow,
        psycopg.OperationalError,
    ],
)
def test_what_may_pass_is_unavailable(passing):
    with pytest.raises(UnavailableError), errors.translate():
        raise passing


@pytest.mark.parametrize("fault", [sqlstates.UndefinedTable, sqlstates.InsufficientPrivilege])
def test_fault_of_ours_stays_what_it_is(fault):
    with pytest.raises(fault), errors.translate():
        raise fault


def test_constraints_that_errors_name_exist(database):
    with database.admin() as connection:
        found = connection.execute(
            "select conname from pg_constraint union select relname from pg_class where relkind = 'i'"
        ).fetchall()

    assert {name for (name,) in found} >= errors.CONSTRAINTS


def test_every_foreign_key_says_what_was_deleted(database):
    with database.admin() as connection:
        found = connection.execute(
            "select conname, confrelid::regclass::text from pg_constraint "
            "where contype = 'f' and connamespace = 'pgrerank'::regnamespace and conparentid = 0"
        ).fetchall()

    owners = {
        "tenant": "tenant",
        "collection": "collection",
        "document": "document",
        "chunk": "document",
        "calibration": "calibration",
        "reference_set": "reference set",
        "enrichment": "enrichment",
        # never deleted, or inserted by the same transaction
        "model": None,
        "eval_run": None,
    }
    said = {name: errors.deletion_message(name) for name, _ in found}
    assert said == {
        name: owner and f"The {owner} was deleted meanwhile."
        for name, referred in found
        for owner in [owners[referred.removeprefix("pgrerank.")]]
    }


def test_other_constraints_say_nothing_of_deletions():
    assert errors.deletion_message("ck_threshold_of_collection") is None
    assert errors.deletion_message("") is None


async def test_name_that_is_taken_is_a_conflict(service_pool, two_tenants):
    async def insert():
        async with tenancy.tenant(service_pool, two_tenants[0]) as connection:
            await connection.execute(
                "insert into pgrerank.model (id, kind, name, fingerprint, precision, max_length) "
                "values ('00000000-0000-0000-0000-000000000007', 'embedder', 'm', 'm', 'fp32', 1) "
                "on conflict do nothing"
            )
            await connection.execute(
                "insert into pgrerank.collection (tenant_id, id, name, text_search, embedder_id) "
                "values (%s, gen_random_uuid(), 'same', 'english', "
                "'00000000-0000-0000-0000-000000000007')",
                [two_tenants[0]],
            )

    await insert()
    with pytest.raises(ConflictError, match="collection of this name"):
        await insert()
