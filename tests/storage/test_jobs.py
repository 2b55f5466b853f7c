import asyncio
from importlib.metadata import version

import pytest

from pgrerank.domain.errors import StartupError
from pgrerank.storage import jobs
from pgrerank.storage.jobs import PeriodicJob

MIDNIGHT = "0 0 * * *"


class Diary:
    """Jobs that record their begin and end."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def job(self, name: str) -> PeriodicJob:
        async def run() -> str:
            self.lines.append(f"{name} begins")
            await asyncio.sleep(0)
            self.lines.append(f"{name} ends")
            return "done"

        return PeriodicJob(name=name, purpose="", cron=MIDNIGHT, run=run)


def breaking(name: str) -> PeriodicJob:
    async def run() -> None:
        raise ValueError("no")

    return PeriodicJob(name=name, purpose="", cron=MIDNIGHT, run=run)


def states(database, name):
    with database.admin() as admin:
        return [
            state
            for (state,) in admin.execute(
                "select status::text from pgrerank_jobs.procrastinate_jobs where task_name = %s"
                " order by id",
                [name],
            )
        ]


def leave_undone(database, name):
    """Leave a job behind whose worker died while running it."""
    with database.admin() as admin:
        admin.execute(
            "insert into pgrerank_jobs.procrastinate_jobs"
            " (queue_name, task_name, lock, queueing_lock, status)"
            " values ('default', %s, %s, %s, 'doing')",
            [name, name, name],
        )


async def test_every_chore_is_done_once(fresh_database):
    diary = Diary()

    failed = await jobs.work(
        fresh_database.admin_url, [diary.job("sweep"), diary.job("mop")], once=True
    )

    assert failed == []
    assert diary.lines == ["sweep begins", "sweep ends", "mop begins", "mop ends"]
    assert states(fresh_database, "sweep") == ["succeeded"]


async def test_a_chore_that_fails_is_named_and_stops_no_other(fresh_database):
    diary = Diary()

    failed = await jobs.work(
        fresh_database.admin_url, [breaking("sweep"), diary.job("mop")], once=True
    )

    assert failed == ["sweep"]
    assert diary.lines == ["mop begins", "mop ends"]
    assert states(fresh_database, "sweep") == ["failed"]


async def test_workers_side_by_side_do_a_chore_one_after_the_other(fresh_database):
    diary = Diary()
    url = fresh_database.admin_url

    await asyncio.gather(*(jobs.work(url, [diary.job("sweep")], once=True) for _ in range(3)))

    assert diary.lines == ["sweep begins", "sweep ends"] * (len(diary.lines) // 2)
    assert diary.lines


async def test_what_a_dead_worker_left_is_done_by_the_next(fresh_database):
    await jobs.prepare(fresh_database.admin_url)
    leave_undone(fresh_database, "sweep")
    diary = Diary()

    await jobs.work(fresh_database.admin_url, [diary.job("sweep")], once=True)

    assert diary.lines == ["sweep begins", "sweep ends"]
    assert states(fresh_database, "sweep") == ["failed", "succeeded"]


async def test_the_queue_is_the_owners_and_no_part_of_our_schema(fresh_database):
    await jobs.prepare(fresh_database.admin_url)
    await jobs.prepare(fresh_database.admin_url)

    with fresh_database.admin() as admin:
        owners = admin.execute(
            "select distinct tableowner from pg_tables where schemaname = 'pgrerank_jobs'"
        ).fetchall()
        noted = admin.execute("select obj_description('pgrerank_jobs'::regnamespace)").fetchone()
        strays = admin.execute(
            "select relname from pg_class where relname like 'procrastinate%'"
            " and relnamespace <> 'pgrerank_jobs'::regnamespace"
        ).fetchall()
    assert owners == [("pgrerank_owner",)]
    assert noted == (version("procrastinate"),)
    assert strays == []


async def test_an_older_queue_is_brought_up(fresh_database):
    await jobs.prepare(fresh_database.admin_url)
    with fresh_database.admin() as admin:
        admin.execute("comment on schema pgrerank_jobs is '3.4.0'")

    await jobs.prepare(fresh_database.admin_url)

    with fresh_database.admin() as admin:
        noted = admin.execute("select obj_description('pgrerank_jobs'::regnamespace)").fetchone()
    assert noted == (version("procrastinate"),)


async def test_the_queue_of_a_newer_library_is_left_alone(fresh_database):
    await jobs.prepare(fresh_database.admin_url)
    with fresh_database.admin() as admin:
        admin.execute("comment on schema pgrerank_jobs is '99.0.0'")

    with pytest.raises(StartupError, match=r"procrastinate 99\.0\.0"):
        await jobs.prepare(fresh_database.admin_url)
