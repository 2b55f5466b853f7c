"""`pgrerank worker`, killed while it counts and scores."""

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from uuid_utils.compat import uuid7

from pgrerank.domain.reference import ReferencePair, ReferenceSet
from pgrerank.storage import drift
from pgrerank.storage.pool import pool
from pgrerank.storage.references import PostgresReferences
from tests.fixtures.collections import embedded
from tests.fixtures.postgres import Database
from tests.fixtures.rankings import journal_in, ranking
from tests.resilience.running import eventually

DAYS = 4
DAYS_COUNTED = """
    select day, searches, pairs, score_bins, score_counts from pgrerank.score_daily order by day
"""
BLOCKED = "select pid from pg_stat_activity where %s = any(pg_blocking_pids(pid))"
END_BLOCKED = """
    select pg_terminate_backend(pid) from pg_stat_activity where %s = any(pg_blocking_pids(pid))
"""
QUALITY = "select queries, ndcg_without, ndcg_with from pgrerank.judged_quality"


def worker(database: Database) -> subprocess.Popen[bytes]:
    """Run every job once, in a separate process."""
    return subprocess.Popen(
        [sys.executable, "-m", "pgrerank", "worker", "--once"],
        env=os.environ
        | {
            "PGRERANK_DATABASE_URL": database.service_url,
            "PGRERANK_ADMIN_DATABASE_URL": database.admin_url,
        },
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def killed_while(database: Database, held: str) -> None:
    """Kill a worker while it waits for a lock that a statement holds, as in a crash."""
    with (
        psycopg.connect(database.admin_url) as holder,
        psycopg.connect(database.admin_url, autocommit=True) as observer,
    ):
        holder.execute(held)
        with worker(database) as process:
            eventually(lambda: rows(observer, BLOCKED, holder.info.backend_pid))
            process.kill()
        # The server continues the statement of a client that is gone.
        observer.execute(END_BLOCKED, [holder.info.backend_pid])
        holder.rollback()
        # A worker counts as dead after half a minute of silence.
        observer.execute(
            "update pgrerank_jobs.procrastinate_workers"
            " set last_heartbeat = now() - interval '1 minute'"
        )


def rows(connection: psycopg.Connection, query: str, *parameters: Any) -> Sequence[Any]:
    return connection.execute(query, parameters).fetchall()


def state(database: Database, query: str) -> Sequence[Any]:
    with database.admin() as admin:
        return rows(admin, query)


@pytest.fixture
async def searched(fresh_database):
    """A database with a judged search on each of four days."""
    today = datetime.now(UTC)
    async with pool(fresh_database.service_url, size=2) as connections:
        journal = await journal_in(connections, fresh_database.new_tenant())
        await journal.shelf.store(*[embedded(f"d{n}", f"walrus {n}") for n in range(3)])
        found = (await journal.shelf.retrieve("walrus")).candidates
        for n in range(DAYS):
            request = replace(journal.request, query=f"walrus {n}?")
            await journal.judge(request.query, "d0")
            made = ranking(found, [0.0, 1.0, 2.0], at=today - timedelta(days=n))
            await journal.record(made, request=request)
    return fresh_database


async def test_days_are_counted_once_where_a_count_was_killed(searched):
    await drift.count(searched.admin_url)
    whole = state(searched, DAYS_COUNTED)
    with searched.admin() as admin:
        admin.execute("delete from pgrerank.score_daily")

    # An uncommitted count that the killed worker waits for.
    killed_while(
        searched,
        """
        insert into pgrerank.score_daily
        select
            l.tenant_id, (l.created_at at time zone 'UTC')::date, l.collection_id, l.reranker_id,
            l.collection_name, now(), 9, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, '{}', '{}'
        from pgrerank.rerank_log as l
        order by l.created_at
        offset 1
        limit 1
        """,
    )
    left = state(searched, DAYS_COUNTED)
    with worker(searched) as again:
        assert again.wait() == 0

    assert left == []
    assert state(searched, DAYS_COUNTED) == whole
    assert len(whole) == DAYS


async def test_quality_stays_as_it_was_where_its_count_was_killed(searched):
    await drift.count(searched.admin_url)
    before = state(searched, QUALITY)
    with searched.admin() as admin:
        admin.execute("update pgrerank.judged_quality set queries = 1")

    # Its transaction has deleted the old rows but cannot insert the new ones yet: they refer to
    # the collection, which another transaction changes.
    killed_while(searched, "select from pgrerank.collection for update")
    left = state(searched, QUALITY)
    with worker(searched) as again:
        assert again.wait() == 0

    assert [queries for queries, *_ in left] == [1]
    assert state(searched, QUALITY) == before
    assert [queries for queries, *_ in before] == [DAYS]


async def test_each_reference_set_is_scored_once_where_the_second_was_killed(fresh_database):
    tenant_id = fresh_database.new_tenant()
    pairs = [ReferencePair(query="rotate a key", passage="Rotate an API key every month.")]
    async with pool(fresh_database.service_url, size=2) as connections:
        for name in ("first", "second"):
            made = ReferenceSet(id=uuid7(), name=name, pairs=pairs, created_at=datetime.now(UTC))
            await PostgresReferences(connections).put(tenant_id, made)
    stored = """
        select s.name, r.verdict, cardinality(r.scores)
        from pgrerank.reference_run as r
        join pgrerank.reference_set as s on s.id = r.reference_set_id
        order by s.name
    """

    # A run refers to its set, so it cannot be inserted while another transaction changes the set.
    killed_while(
        fresh_database, "select from pgrerank.reference_set where name = 'second' for update"
    )
    left = state(fresh_database, stored)
    with worker(fresh_database) as again:
        assert again.wait() == 0

    assert left == [("first", "first", 1)]
    assert state(fresh_database, stored) == [("first", "first", 1), ("second", "first", 1)]
