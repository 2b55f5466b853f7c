"""pgrerank maintain."""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from pgrerank.cli import option, output, progress
from pgrerank.cli.command import Command, examples, read_settings

if TYPE_CHECKING:
    from pgrerank.storage.maintenance import IndexBuild, IndexReport

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
    """Create log partitions, count words, check counters, index large collections.

    Collections of more than 20,000 chunks get their own vector index, and lose it if they shrink.
    Searches and ingest continue meanwhile. Safe to run at any time and repeatedly.
    """
    from pgrerank import wiring

    with wiring.open_database(read_settings(context)) as database:
        report = asyncio.run(_maintain(database.admin_url, keep_months))
    if as_json:
        output.as_json(report)
    else:
        _show(report)


async def _maintain(url: str, keep_months: int | None) -> dict[str, Any]:
    from pgrerank.storage import maintenance, term_statistics

    partitions = await maintenance.ensure_partitions(url)
    gone: Sequence[str] = ()
    if keep_months is not None:
        gone = await maintenance.drop_partitions(url, months=keep_months)
    mended = await maintenance.recount(url) + await term_statistics.count_words(url)
    weighed = await term_statistics.weigh_titles(url)
    placed = await maintenance.place_embeddings(url)
    indexes = await _index(url)
    return {
        "partitions_made": partitions,
        "partitions_dropped": gone,
        "counters_mended": mended,
        "titles_weighed": weighed,
        "embeddings_placed": placed,
        "indexes_built": indexes.built,
        "indexes_dropped": indexes.dropped,
    }


async def _index(url: str) -> "IndexReport":
    from pgrerank.storage import maintenance

    with progress.bar("vector indexes", 1) as advance:

        def shown(build: "IndexBuild") -> None:
            advance(build.done / build.chunks, f"{build.collection}, {build.chunks} chunks")

        report = await maintenance.index_collections(url, progress=shown)
        advance(1, f"{len(report.built)} built, {len(report.dropped)} dropped")
        return report


def _show(report: dict[str, Any]) -> None:
    for name, value in report.items():
        shown = value if isinstance(value, int) else ", ".join(value)
        click.echo(f"{name.replace('_', ' '):<20}{shown or 'none'}")
