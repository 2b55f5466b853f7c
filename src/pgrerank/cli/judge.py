"""pgrerank judge: a labeller in the terminal."""

import asyncio
import getpass
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.markup import escape
from rich.panel import Panel
from rich.text import Text
from rich_click import RichCommand

from pgrerank.cli import beir, option, output
from pgrerank.cli.command import Failed, examples, settings
from pgrerank.domain.candidate import Candidate
from pgrerank.domain.judgment import HIGHEST_GRADE, Judgment
from pgrerank.domain.request import RerankMode, SearchRequest
from pgrerank.settings import Settings

if TYPE_CHECKING:
    from pgrerank.domain.collection import Collection
    from pgrerank.domain.tenant import Tenant
    from pgrerank.ports import House, Office

_LONGEST = 1_500
_GRADES = {str(grade): grade for grade in range(HIGHEST_GRADE + 1)}
_KEYS = "0 not relevant, 1 a little, 2 relevant, 3 the best; s skip, n next query, q quit"


@dataclass(slots=True, kw_only=True)
class _Session:
    """A person at work."""

    house: "House"
    tenant: "Tenant"
    collection: "Collection"
    judged_by: str
    top: int
    graded: int = 0
    over: bool = False

    async def query(self, query: str, heading: str) -> None:
        """Go through the best of a query that this person has not graded."""
        from pgrerank.usecases.search import ranked

        request = SearchRequest(query=query, limit=self.top, rerank=RerankMode.ALWAYS)
        _, ranking = await ranked(self.house, self.tenant.id, self.collection.name, request)
        done = await self.house.judgments.of_judge(self.tenant.id, self.collection, self.judged_by)
        left = [
            hit.candidate
            for hit in ranking.results
            if (query, hit.candidate.external_id, hit.candidate.chunk_id) not in done
        ]
        for number, candidate in enumerate(left, start=1):
            key = _asked(query, candidate, f"{heading}, {number} of {len(left)}")
            if key in _GRADES:
                await self._keep(query, candidate, _GRADES[key])
            elif key != "s":
                self.over = key == "q"
                return

    async def _keep(self, query: str, candidate: Candidate, grade: int) -> None:
        made = Judgment(
            query=query,
            external_id=candidate.external_id,
            chunk_id=candidate.chunk_id,
            grade=grade,
            source="human",
            judged_by=self.judged_by,
        )
        await self.house.judgments.add(self.tenant.id, self.collection, [made])
        self.graded += 1


@click.command(
    cls=RichCommand,
    epilog=examples(
        "pgrerank judge -t acme -c docs  # queries of the log",
        "pgrerank judge -t acme -c docs --queries queries.jsonl",
        'pgrerank judge -t acme -c docs --query "rotate a key" --top 20 --by ann',
    ),
)
@option.tenant
@option.collection
@click.option("--query", "given", multiple=True, help="A query to judge; may be repeated.")
@click.option(
    "--queries",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="JSON Lines with `_id` and `text` of each query.",
)
@click.option(
    "--top",
    type=click.IntRange(1, 1000),
    default=10,
    show_default=True,
    help="How many results of each query are judged.",
)
@click.option(
    "--most",
    type=click.IntRange(1, 10_000),
    default=100,
    show_default=True,
    help="How many queries of the log are taken, the latest first.",
)
@click.option("--by", "judged_by", metavar="NAME", help="Who judges. Default: the login.")
@click.pass_context
def judge(
    context: click.Context,
    *,
    tenant_name: str,
    collection_name: str,
    given: Sequence[str],
    queries: Path | None,
    top: int,
    most: int,
    judged_by: str | None,
) -> None:
    """Grade results one by one, by a key each. Every grade is stored at once.

    What you graded before is passed over, so that you can stop and go on at any time.
    """
    texts = [*given, *(beir.texts(queries).values() if queries else ())]
    name = judged_by or getpass.getuser()
    place = (settings(context), tenant_name, collection_name)
    graded = asyncio.run(_judged(*place, texts=texts, top=top, most=most, judged_by=name))
    click.echo(f"{graded} results graded by {name}.")


async def _judged(
    found: Settings,
    tenant_name: str,
    collection_name: str,
    *,
    texts: Sequence[str],
    top: int,
    most: int,
    judged_by: str,
) -> int:
    from pgrerank import wiring

    async def queries(office: "Office") -> Sequence[str]:
        tenant = await office.tenants.named(tenant_name)
        collection = await office.documents.collection(tenant.id, collection_name)
        asked = texts or await office.judgments.asked(tenant.id, collection, limit=most)
        if not asked:
            raise Failed("the log has no search of this collection: give queries with --query")
        return asked

    async def check(office: "Office") -> None:
        await queries(office)

    async with wiring.house(found, check=check) as house:
        tenant = await house.tenants.named(tenant_name)
        collection = await house.documents.collection(tenant.id, collection_name)
        asked = await queries(house)
        session = _Session(
            house=house, tenant=tenant, collection=collection, judged_by=judged_by, top=top
        )
        for number, query in enumerate(asked, start=1):
            await session.query(query, f"Query {number} of {len(asked)}")
            if session.over:
                break
        return session.graded


def _asked(query: str, candidate: Candidate, heading: str) -> str:
    """The key that was pressed: a grade, s, n or q."""
    console = output.console()
    text = " ".join((candidate.content or "").split())
    shown = text if len(text) <= _LONGEST else f"{text[:_LONGEST]} ..."
    console.print(f"\n[bold]{heading}[/bold]", f"[bold]?[/bold] {escape(query)}", sep="\n")
    console.print(Panel(Text(shown), title=escape(candidate.title or candidate.external_id)))
    while True:
        click.echo(f"{_KEYS}: ", nl=False)
        key = click.getchar()
        click.echo(key)
        if key in _GRADES or key in {"s", "n", "q"}:
            return key
