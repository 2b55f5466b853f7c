"""pgrerank report."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pgrerank.cli import option
from pgrerank.cli.command import Command, Failed, examples, read_settings
from pgrerank.settings import Settings

if TYPE_CHECKING:
    from pgrerank.ports.reports import Interval
    from pgrerank.usecases.evaluation.report import Report

_MOST_DAYS = 3660


@click.command(
    cls=Command,
    epilog=examples(
        "pgrerank report --tenant acme --out report.html",
        "pgrerank report --tenant acme --collection docs --days 28 --out report.html",
    ),
)
@option.tenant
@click.option("--collection", "-c", metavar="NAME", help="Only searches of this collection.")
@click.option(
    "--days",
    type=click.IntRange(1, _MOST_DAYS),
    default=7,
    show_default=True,
    help="Number of days up to now, compared with as many days before.",
)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    callback=option.require_writable,
    default=Path("report.html"),
    show_default=True,
    help="File to write.",
)
@click.pass_context
def report(
    context: click.Context, *, tenant_name: str, collection: str | None, days: int, out: Path
) -> None:
    """Write a report on recent searches as one self-contained HTML page.

    Shows the reliability of probabilities, precision and recall by cut-off, scores now and before,
    time by stage, and what reranking changed. Figures that lack judgments say so.
    """
    from pgrerank.cli.report.page import page
    from pgrerank.ports.reports import Interval

    until = datetime.now(UTC)
    interval = Interval(since=until - timedelta(days=days), until=until, collection=collection)
    collected = asyncio.run(_collect(read_settings(context), tenant_name, interval))
    try:
        out.write_text(page(collected, tenant_name), encoding="utf-8")
    except OSError as error:
        raise Failed(f"{out}: {error.strerror}") from error
    click.echo(f"{collected.searches} searches in {out}")


async def _collect(settings: Settings, tenant_name: str, interval: "Interval") -> "Report":
    from pgrerank import wiring
    from pgrerank.usecases.evaluation.report import report as reported

    async with wiring.admin_services(settings) as admin_services:
        tenant = await admin_services.tenants.by_name(tenant_name)
        return await reported(admin_services, tenant.id, interval)
