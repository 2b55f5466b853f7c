"""pgrerank worker."""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from pgrerank.cli import output
from pgrerank.cli.command import Command, Failed, examples, read_settings, refuse_unused
from pgrerank.settings import Settings, secrets

if TYPE_CHECKING:
    from pgrerank.storage.jobs import PeriodicJob

_MOST_MONTHS = 1200


@click.command(
    cls=Command,
    epilog=examples(
        "pgrerank worker  # beside the service, under the same supervisor",
        "pgrerank worker --keep-months 12  # and drop older months of the log",
        "pgrerank worker --once  # run all jobs once, for cron",
        "pgrerank worker --list  # show the jobs and their schedule",
    ),
)
@click.option(
    "--keep-months",
    type=click.IntRange(1, _MOST_MONTHS),
    help="Drop older months of the rerank log. Default: keep all.",
)
@click.option("--once", is_flag=True, help="Run every job now, and stop.")
@click.option("--list", "listed", is_flag=True, help="Show the jobs, and stop.")
@click.pass_context
def worker(context: click.Context, *, keep_months: int | None, once: bool, listed: bool) -> None:
    """Run scheduled jobs: partitions, words, indexes, drift, references, related documents.

    The queue is in Postgres, so any number of workers may run: each job runs on one of them, and
    on another if that one dies. Times are in UTC. Needs PGRERANK_ADMIN_DATABASE_URL, as `maintain`
    does.
    """
    if listed:
        refuse_unused(context, {"once"}, "is for running jobs, without --list")
    settings = read_settings(context)
    failed = asyncio.run(_work(settings, keep_months, once=once, listed=listed))
    if failed:
        raise Failed(f"failed: {', '.join(failed)}; see the log")


async def _work(
    settings: Settings, keep_months: int | None, *, once: bool, listed: bool
) -> Sequence[str]:
    from pgrerank import observe, wiring
    from pgrerank.cli import enrich, references
    from pgrerank.storage import jobs, periodic_jobs

    observe.configure_logging(settings.log_format, settings.log_level, secrets())
    with wiring.open_database(settings) as database:
        due = [
            *periodic_jobs.housekeeping(database.admin_url, keep_months=keep_months),
            references.scoring_job(settings, database.admin_url),
            enrich.renewing_job(settings, database.admin_url),
        ]
        if listed:
            _show(due)
            return ()
        return await jobs.work(database.admin_url, due, once=once)


def _show(jobs: "Sequence[PeriodicJob]") -> None:
    columns = ("job", "when (UTC)", "what for")
    output.table(columns, [(each.name, each.cron, each.purpose) for each in jobs])
