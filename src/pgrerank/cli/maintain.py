"""pgrerank maintain."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, cast

import click

from pgrerank.cli import option, output, progress
from pgrerank.cli.command import Command, examples, read_settings

if TYPE_CHECKING:
    from pgrerank.storage.maintenance import IndexBuild

_MOST_MONTHS = 1200


@click.command(
    cls=Command,
    epilog=examples(
        "pgrerank maintain  # daily, from cron or a systemd timer",
        "pgrerank maintain --keep-months 12  # and drop older months of the log",
    ),
)
@click.option(
    "--keep-months",
    type=click.IntRange(1, _MOST_MONTHS),
    help="Drop older months of the rerank log. Default: keep all.",
)
@option.as_json
@click.pass_context
def maintain(context: click.Context, *, keep_months: int | None, as_json: bool) -> None:
    """Run the jobs of `pgrerank worker` that need no model, once and without its queue.

    Prints the result of each job: how many rows or days it changed, or the names of what it made
    and dropped. `pgrerank worker --list` says what the jobs are for. Collections of more than 20,000
    chunks get their own vector index, and lose it if they shrink. Searches and ingest continue
    meanwhile. Safe to run at any time and repeatedly.
    """
    from pgrerank import wiring

    with wiring.open_database(read_settings(context)) as database:
        results = asyncio.run(_maintain(database.admin_url, keep_months))
    if as_json:
        output.as_json(results)
    else:
        _show(results)


async def _maintain(url: str, keep_months: int | None) -> Mapping[str, object]:
    from pgrerank.storage import periodic_jobs

    with progress.bar("maintenance", 1) as advance:

        def show(build: "IndexBuild") -> None:
            advance(build.done / build.chunks, f"{build.collection}, {build.chunks} chunks")

        jobs = periodic_jobs.housekeeping(url, keep_months=keep_months, progress=show)
        results = await periodic_jobs.run_now(jobs)
        advance(1, f"{len(results)} jobs")
        return results


def _show(results: Mapping[str, object]) -> None:
    for name, result in results.items():
        click.echo(f"{name:<12}{_text(result)}")


def _text(result: object) -> str:
    from pgrerank.storage.maintenance import IndexReport

    if isinstance(result, IndexReport):
        return f"{_text(result.built)} built, {_text(result.dropped)} dropped"
    if isinstance(result, Sequence):
        return ", ".join(map(str, cast("Sequence[object]", result))) or "none"
    return str(result)
