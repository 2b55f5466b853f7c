"""pgrerank demo."""

import asyncio
from collections.abc import Sequence
from typing import Any

import click
import msgspec

from pgrerank.cli import option
from pgrerank.cli.command import Command, examples, read_settings
from pgrerank.formats.stdlib_corpus import MODULES


@click.command(
    cls=Command,
    epilog=examples(
        "pgrerank demo",
        "pgrerank --data-dir /tmp/pgrerank-demo demo --module datetime --module json",
    ),
)
@click.option(
    "--module",
    "modules",
    type=click.Choice(MODULES),
    metavar="MODULE",
    multiple=True,
    callback=option.distinct(),
    default=MODULES,
    help="Ingest only this module's documentation, which takes less time; may be repeated.",
)
@click.pass_context
def demo(context: click.Context, modules: Sequence[str]) -> None:
    """Show a complete run: real documents, reranked searches, and the log in SQL.

    Starts a separate embedded Postgres (in `demo` under the data folder, or in --data-dir),
    ingests the documentation of the most used modules of this Python, starts the service on a free
    port, and sends it some searches. Ends by itself. A second run reuses the data.
    """
    from pgrerank.cli import tour

    settings = read_settings(context)
    changes: dict[str, Any] = {"database_url": None, "admin_database_url": None, "port": 0}
    if context.find_root().obj is None:
        changes["data_dir"] = settings.data_dir / "demo"
    if settings.log_level == "info":
        changes["log_level"] = "warning"  # the tour prints its own progress
    asyncio.run(tour.run_tour(msgspec.structs.replace(settings, **changes), modules))
