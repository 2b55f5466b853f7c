"""Periodic maintenance jobs and their schedules."""

from collections.abc import Mapping, Sequence
from functools import partial

from pgrerank.storage import drift, maintenance, term_statistics
from pgrerank.storage.jobs import PeriodicJob

#: name, schedule (cron syntax, in UTC), purpose, and the function that does it, given the URL
_DUE = (
    (
        "partitions",
        "5 0 * * *",
        "create the rerank log's partitions of coming months",
        maintenance.ensure_partitions,
    ),
    (
        "drift",
        "35 * * * *",
        "count rerank scores by day, and measure searches for judged queries",
        drift.count,
    ),
    (
        "words",
        "30 1 * * *",
        "count the frequent words of large collections",
        term_statistics.count_words,
    ),
    (
        "titles",
        "40 1 * * *",
        "count the words of titles in collections with a title boost",
        term_statistics.weigh_titles,
    ),
)


def housekeeping(
    url: str,
    *,
    keep_months: int | None = None,
    progress: maintenance.Progress = lambda _: None,
) -> Sequence[PeriodicJob]:
    """The periodic jobs that need no model, in the order in which to run them at once.

    Args:
        url: PostgreSQL URL of a login that may `set role pgrerank_owner`.
        keep_months: Months of the rerank log to keep; None: all.
        progress: Called during the build of a vector index.
    """
    jobs = [
        PeriodicJob(name=name, purpose=purpose, cron=cron, run=partial(run, url))
        for name, cron, purpose, run in _DUE
    ]
    indexes = PeriodicJob(
        name="indexes",
        purpose="build and drop vector indexes as collections grow and shrink",
        cron="20 * * * *",
        run=partial(maintenance.index_collections, url, progress=progress),
    )
    if keep_months is None:
        return [*jobs, indexes]
    retention = PeriodicJob(
        name="retention",
        purpose=f"drop months of the rerank log older than {keep_months}",
        cron="10 0 * * *",
        run=partial(maintenance.drop_partitions, url, months=keep_months),
    )
    return [*jobs, retention, indexes]


async def run_now(jobs: Sequence[PeriodicJob]) -> Mapping[str, object]:
    """Run jobs one after the other, without the queue. Returns their results by name."""
    return {job.name: await job.run() for job in jobs}
