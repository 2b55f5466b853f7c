"""pgrerank judge: grade results in the terminal."""

import asyncio
import getpass
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.markup import escape
from rich.panel import Panel
from rich.text import Text

from pgrerank.cli import given_queries, option, output
from pgrerank.cli.command import Command, examples, read_settings
from pgrerank.domain.count import counted
from pgrerank.domain.errors import ConflictError
from pgrerank.domain.judgment import HIGHEST_GRADE
from pgrerank.settings import Settings

if TYPE_CHECKING:
    from pgrerank.ports.services import AdminServices
    from pgrerank.usecases.calibration.grading import GradingPlan, GradingSession, UngradedResult

#: maximum lines and columns of a passage shown
_MOST_LINES, _WIDEST = 40, 100
_GRADES = {str(grade): grade for grade in range(HIGHEST_GRADE + 1)}
_KEYS = "0 not relevant, 1 a little, 2 relevant, 3 the best; s skip, n next query, u undo, q quit"


@click.command(
    cls=Command,
    epilog=examples(
        "pgrerank judge -t acme -c docs  # queries of the log",
        "pgrerank judge -t acme -c docs --queries queries.jsonl",
        'pgrerank judge -t acme -c docs --query "rotate a key" --top 20 --by ann',
    ),
)
@option.tenant
@option.collection
@given_queries.options
@click.option(
    "--top",
    type=click.IntRange(1, 1000),
    default=10,
    show_default=True,
    help="Number of results to judge for each query.",
)
@click.option(
    "--most",
    type=click.IntRange(1, 10_000),
    default=100,
    show_default=True,
    help="Number of queries to take from the log, latest first.",
)
@click.option(
    "--by",
    "judged_by",
    type=option.ORIGIN,
    metavar="NAME",
    help="Judge's name. Default: your user name.",
)
@click.pass_context
def judge(
    context: click.Context,
    *,
    tenant_name: str,
    collection_name: str,
    texts: Sequence[str],
    query_file: Path | None,
    top: int,
    most: int,
    judged_by: str | None,
) -> None:
    """Grade results one by one, with one key each. Every grade is stored at once.

    `u` goes back to the previous result, also of an earlier query, and removes its grade. Results
    you have already graded are skipped, so you can stop and resume at any time.
    """
    from pgrerank.usecases.calibration.grading import GradingPlan

    plan = GradingPlan(
        tenant_name=tenant_name,
        collection_name=collection_name,
        queries=given_queries.chosen(context, texts, query_file, of_log={"most"}),
        logged_queries=most,
        top=top,
        judged_by=judged_by or getpass.getuser(),
    )
    graded = asyncio.run(_judge(read_settings(context), plan))
    results = counted(graded, "result")
    click.echo(
        f"{results} graded by {plan.judged_by}, all stored. Run the same command to continue."
    )


async def _judge(settings: Settings, plan: "GradingPlan") -> int:
    from pgrerank import wiring
    from pgrerank.usecases.calibration.grading import begin_grading, queries_to_grade

    async def check(admin_services: "AdminServices") -> None:
        await queries_to_grade(admin_services, plan)

    async with wiring.all_services(settings, check=check) as services:
        session = await begin_grading(services, plan)
        await _ask_for_grades(session)
        return session.graded


async def _ask_for_grades(session: "GradingSession") -> None:
    """Ask for a grade for each result, until none is left or the person quits."""
    while result := await session.current():
        key = _ask(result, len(session.queries), session.graded)
        if key == "q":
            return
        if key in _GRADES:
            await session.grade(_GRADES[key])
        elif key == "u":
            click.echo(await _undo(session), nl=False)
        elif key == "n":
            session.skip_query()
        else:
            session.skip()


async def _undo(session: "GradingSession") -> str:
    try:
        removed = await session.undo()
    except ConflictError as error:
        return f"{error}\n"
    return f"the grade {removed.grade} is taken back\n" if removed else ""


def _ask(result: "UngradedResult", queries: int, graded: int) -> str:
    """Show a result, and return the key pressed: a grade, s, n, u or q."""
    console = output.console()
    candidate = result.candidate
    heading = (
        f"Query {result.query_number} of {queries}, result {result.number} of {result.count}; "
        f"{graded} graded"
    )
    console.print(Text(f"\n{heading}", style="bold"), Text(f"? {result.query}"), sep="\n")
    passage = Panel(
        Text(_excerpt(candidate.content or "")),
        title=escape(candidate.title or candidate.external_id),
        subtitle=escape(f"{candidate.external_id}, chunk {candidate.ordinal + 1}"),
        width=min(console.width, _WIDEST),
    )
    console.print(passage)
    while True:
        click.echo(f"{_KEYS}: ", nl=False)
        key = click.getchar()
        click.echo(key)
        if key in _GRADES or key in {"s", "n", "u", "q"}:
            return key


def _excerpt(content: str) -> str:
    """A passage with its lines kept, cut after the first 40."""
    lines = content.expandtabs(4).strip("\n").splitlines()
    more = len(lines) - _MOST_LINES
    if more <= 0:
        return "\n".join(lines)
    return "\n".join([*lines[:_MOST_LINES], f"... and {more} lines more"])
