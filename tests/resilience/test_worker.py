"""A worker that is killed in the middle of a job."""

import asyncio
import subprocess
import sys

import psycopg

from pgrerank.storage import jobs
from pgrerank.storage.jobs import PeriodicJob
from tests.resilience.running import eventually

# Records its begin, waits for a lock that the test holds, records its end.
WORKER = """
import asyncio, sys
from tests.resilience.test_worker import sweep
from pgrerank.storage import jobs
asyncio.run(jobs.work(sys.argv[1], [sweep(sys.argv[1])], once=True))
"""


def sweep(url: str) -> PeriodicJob:
    async def run() -> None:
        async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
            await connection.execute("insert into public.diary values ('begins')")
            await connection.execute("select pg_advisory_lock(42)")
            await connection.execute("insert into public.diary values ('ends')")

    return PeriodicJob(name="sweep", purpose="", cron="0 0 * * *", run=run)


def diary(connection: psycopg.Connection) -> list[str]:
    return [line for (line,) in connection.execute("select line from public.diary")]


def test_what_it_was_doing_is_done_by_the_next_and_once(fresh_database):
    url = fresh_database.admin_url
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute("create table public.diary (line text)")
        admin.execute("select pg_advisory_lock(42)")
        with subprocess.Popen([sys.executable, "-c", WORKER, url]) as worker:
            eventually(lambda: diary(admin) == ["begins"])
            worker.kill()
        # A worker counts as dead after half a minute of silence.
        admin.execute(
            "update pgrerank_jobs.procrastinate_workers"
            " set last_heartbeat = now() - interval '1 minute'"
        )
        # The server continues the statement of a client that is gone.
        admin.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity "
            "where datname = current_database() and wait_event_type = 'Lock'"
        )
        admin.execute("select pg_advisory_unlock(42)")

        failed = asyncio.run(jobs.work(url, [sweep(url)], once=True))

        assert failed == []
        assert diary(admin) == ["begins", "begins", "ends"]
