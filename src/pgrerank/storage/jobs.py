"""Periodic jobs in a queue in PostgreSQL: each run happens once, even if a worker is killed."""

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from importlib import resources
from importlib.metadata import version
from time import perf_counter
from typing import Any, LiteralString, cast

import structlog
from procrastinate import App, PsycopgConnector
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.jobs import Job, Status
from procrastinate.schema import SchemaManager
from psycopg import AsyncConnection
from psycopg.rows import TupleRow

from pgrerank.domain.errors import StartupError
from pgrerank.storage import admin, queries
from pgrerank.storage.pool import Connection

_LIBRARY = "procrastinate"
#: seconds without a heartbeat after which a worker counts as dead
_SILENCE_S = 30
#: seconds after which a job that was due while no worker ran is skipped
_LATEST_S = 26 * 3600
_KEPT_HOURS = 7 * 24

_log: Any = structlog.get_logger("pgrerank")


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodicJob:
    """A periodic job. It must be safe to repeat after it was killed midway."""

    name: str
    #: its purpose in a few words
    purpose: str
    #: schedule in cron syntax, in UTC
    cron: str
    #: performs the job; its return value is logged
    run: Callable[[], Awaitable[object]]


async def prepare(url: str) -> None:
    """Create the queue's tables, or migrate them to the library's version.

    Args:
        url: PostgreSQL URL of a login that may `set role pgrerank_owner`.

    Raises:
        StartupError: The tables are of a newer version of the library.
    """
    statements = queries.load("jobs")
    ours = version(_LIBRARY)
    async with admin.owner(url) as connection:
        await connection.execute(statements["one_at_a_time"])
        # As the administrator, since pgrerank_owner may not create schemas in the database.
        await connection.execute(queries.load("admin")["become_administrator"])
        await connection.execute(statements["make_schema"])
        await connection.execute(queries.load("admin")["become_owner"])
        await connection.execute(statements["enter_schema"])
        noted = await _noted_version(connection)
        if noted is not None and _numbers(noted) > _numbers(ours):
            raise StartupError(
                f"The job queue is of procrastinate {noted}, but {ours} is installed. "
                "Install the newer version here too."
            )
        for script in _pending(noted):
            await connection.execute(script)
        await _note(connection, ours)


async def work(url: str, jobs: Sequence[PeriodicJob], *, once: bool = False) -> Sequence[str]:
    """Run jobs when they are due, until the process is told to stop. Several workers may run.

    Args:
        url: As in `prepare`.
        jobs: The jobs, which should be the same for all workers of a database.
        once: Run each job now, one after the other, and return.

    Returns:
        Names of the jobs that failed, if `once` is set.
    """
    await prepare(url)
    failed: list[str] = []
    app = _app(url, jobs, failed, once=once)
    async with app.open_async():
        await _rescue(app)
        if once:
            for job in jobs:
                await _defer(app, job.name)
        await app.run_worker_async(
            wait=not once,
            install_signal_handlers=not once,
            delete_jobs="never",
            stalled_worker_timeout=_SILENCE_S,
        )
    return failed


def _app(url: str, jobs: Sequence[PeriodicJob], failed: list[str], *, once: bool) -> App:
    connector = PsycopgConnector(conninfo=url, configure=_as_owner, min_size=1, max_size=4)
    app = App(connector=connector, periodic_defaults={"max_delay": _LATEST_S})

    async def rescue() -> int:
        return await _rescue(app)

    own = PeriodicJob(name="rescue", purpose="", cron="* * * * *", run=rescue)
    for job in (*jobs, own):
        task = _register(app, job, failed)
        if not once:
            app.periodic(cron=job.cron)(task)
    return app


def _register(app: App, job: PeriodicJob, failed: list[str]) -> Any:
    async def run(timestamp: int | None = None) -> None:
        del timestamp  # when the job was due; jobs work on the present state
        started = perf_counter()
        try:
            done = await job.run()
        except Exception:
            failed.append(job.name)
            _log.exception("job.failed", job=job.name)
            raise
        _log.info("job.done", job=job.name, seconds=round(perf_counter() - started, 1), did=done)

    # `lock` prevents concurrent runs of a job, `queueing_lock` prevents queueing it twice.
    return app.task(name=job.name, lock=job.name, queueing_lock=job.name)(run)


async def _rescue(app: App) -> int:
    """Requeue jobs of dead workers and delete old ones. Returns how many were requeued."""
    manager = app.job_manager
    await manager.prune_stalled_workers(_SILENCE_S)
    left: list[Job] = list(await manager.get_stalled_jobs(seconds_since_heartbeat=_SILENCE_S))
    for job in left:
        await manager.finish_job(job, status=Status.FAILED, delete_job=False)
        await _defer(app, job.task_name)
    await manager.delete_old_jobs(nb_hours=_KEPT_HOURS, include_failed=True)
    return len(left)


async def _defer(app: App, name: str) -> None:
    try:
        await app.configure_task(name, lock=name, queueing_lock=name).defer_async()
    except AlreadyEnqueued:
        _log.debug("job.waits_already", job=name)


async def _as_owner(connection: AsyncConnection[TupleRow]) -> None:
    await connection.execute(queries.load("admin")["become_owner"])
    await connection.execute(queries.load("jobs")["enter_schema"])
    await connection.commit()


async def _noted_version(connection: Connection) -> str | None:
    row = await (await connection.execute(queries.load("jobs")["version"])).fetchone()
    return None if row is None else row[0]


async def _note(connection: Connection, ours: str) -> None:
    rows = await connection.execute(queries.load("jobs")["note_version"], {"version": ours})
    row = await rows.fetchone()
    if row is not None:
        await connection.execute(row[0].encode())


def _pending(noted: str | None) -> list[LiteralString]:
    """SQL to run: the library's whole schema, or its migrations since version `noted`."""
    if noted is None:
        return [SchemaManager.get_schema()]
    folder = resources.files(_LIBRARY).joinpath("sql", "migrations")
    newer = sorted(
        (each for each in folder.iterdir() if _numbers(each.name) > _numbers(noted)),
        key=lambda each: each.name,
    )
    # The text of packaged files counts as literal.
    return [cast("LiteralString", each.read_text()) for each in newer]


def _numbers(text: str) -> tuple[int, ...]:
    """The version at the start of a text: 3.10.0, or 03.10.00 in a migration's name."""
    match = re.match(r"(\d+)\.(\d+)\.(\d+)", text)
    return tuple(map(int, match.groups())) if match else ()
