"""pgrerank doctor."""

import asyncio
from typing import TYPE_CHECKING

import click
from rich.text import Text

from pgrerank.cli import option, output
from pgrerank.cli.command import Command, examples, read_settings
from pgrerank.settings import Settings

if TYPE_CHECKING:
    from pgrerank.domain.diagnosis import DiagnosisLine

_STYLES = {"ok": "green", "warn": "yellow", "fail": "red"}


@click.command(cls=Command, epilog=examples("pgrerank doctor", "pgrerank doctor --json"))
@option.as_json
@click.pass_context
def doctor(context: click.Context, *, as_json: bool) -> None:
    """Check everything a search needs, and suggest a remedy for each problem.

    Checks Postgres and pgvector, roles and row-level security, migrations, log partitions, models,
    processor and threads, and runs one search on the largest collection, which is not logged. Of
    that collection it also says how many of 50 chunks are nearly alike to five others.
    Exits with 1 if a check fails.
    """
    lines = asyncio.run(_examine(read_settings(context), show=not as_json))
    if as_json:
        output.as_json(lines)
    if any(finding.state == "fail" for finding in lines):
        context.exit(1)


async def _examine(settings: Settings, *, show: bool) -> "list[DiagnosisLine]":
    from pgrerank.cli.diagnosis import findings

    lines: list[DiagnosisLine] = []
    async for finding in findings(settings):
        lines.append(finding)
        if show:
            _show(finding)
    return lines


def _show(finding: "DiagnosisLine") -> None:
    line = Text.assemble(
        (f"{finding.state:<5}", _STYLES[finding.state]),
        (f"{finding.check:<19}", "bold"),
        finding.detail,
    )
    output.console().print(line, soft_wrap=True)
    if finding.remedy:
        output.console().print(f"{'':<24}-> {finding.remedy}", soft_wrap=True, style="dim")
