"""pgrerank judge: grade results in the terminal."""

import asyncio
import getpass
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.markup import escape
from rich.panel import Panel
from rich.text import Text

from pgrerank.cli import option, output
from pgrerank.cli.command import Command, Failed, examples, read_settings, refuse_unused
from pgrerank.domain.candidate import Candidate
from pgrerank.domain.count import counted
from pgrerank.domain.judgment import HIGHEST_GRADE, Judgment
from pgrerank.domain.request import RerankMode, SearchRequest
from pgrerank.formats import beir
from pgrerank.settings import Settings

if TYPE_CHECKING:
    from pgrerank.domain.collection import Collection
    from pgrerank.domain.tenant import Tenant
    from pgrerank.ports.services import AdminServices, Services

#: maximum lines and columns of a passage shown
_MOST_LINES, _WIDEST = 40, 100
_GRADES = {str(grade): grade for grade in range(HIGHEST_GRADE + 1)}
_KEYS = "0 not relevant, 1 a little, 2 relevant, 3 the best; s skip, n next query, u undo, q quit"


@dataclass(slots=True, kw_only=True)
class _Pair:
    """A query with a result to grade."""

    query: str
    candidate: Candidate
    heading: str
    #: the stored judgment; None: not graded
    judgment: Judgment | None = None


@dataclass(slots=True, kw_only=True)
class _Session:
    """A grading session: the pairs in order; each query is searched when it is reached."""

    services: "Services"
    tenant: "Tenant"
    collection: "Collection"
    judged_by: str
    top: int
    queries: Sequence[str]
    searched: int = 0
    pairs: list[_Pair] = field(default_factory=list[_Pair])
    position: int = 0
    #: positions visited before, latest last, for undo
    visited: list[int] = field(default_factory=list[int])

    @property
    def graded(self) -> int:
        """Number of grades stored in this session."""
        return sum(pair.judgment is not None for pair in self.pairs)

    async def work(self) -> None:
        """Ask for a grade for each pair, until none is left or the person quits."""
        while await self._has_pair():
            pair = self.pairs[self.position]
            key = _ask(pair, self.graded)
            if key == "q":
                return
            if key == "u":
                await self._undo()
                continue
            if key in _GRADES:
                await self._keep(pair, _GRADES[key])
            self.visited.append(self.position)
            self.position = self._after(pair) if key == "n" else self.position + 1

    def _after(self, pair: _Pair) -> int:
        """Position of the next query's first pair."""
        later = range(self.position + 1, len(self.pairs))
        others = (place for place in later if self.pairs[place].query != pair.query)
        return next(others, len(self.pairs))

    async def _has_pair(self) -> bool:
        while self.position == len(self.pairs):
            if self.searched == len(self.queries):
                return False
            self.pairs += await self._pairs(self.queries[self.searched])
        return True

    async def _pairs(self, query: str) -> list[_Pair]:
        """Top results of a query that this person has not graded."""
        from pgrerank.usecases.search import search_unlogged

        self.searched += 1
        request = SearchRequest(query=query, limit=self.top, rerank=RerankMode.ALWAYS)
        _, ranking = await search_unlogged(
            self.services, self.tenant.id, self.collection.name, request
        )
        done = await self.services.judgments.of_judge(
            self.tenant.id, self.collection, self.judged_by
        )
        left = [
            hit.candidate
            for hit in ranking.results
            if (query, hit.candidate.external_id, hit.candidate.chunk_id) not in done
        ]
        place = f"Query {self.searched} of {len(self.queries)}"
        return [
            _Pair(query=query, candidate=each, heading=f"{place}, result {number} of {len(left)}")
            for number, each in enumerate(left, start=1)
        ]

    async def _keep(self, pair: _Pair, grade: int) -> None:
        pair.judgment = Judgment(
            query=pair.query,
            external_id=pair.candidate.external_id,
            chunk_id=pair.candidate.chunk_id,
            grade=grade,
            source="human",
            judged_by=self.judged_by,
        )
        await self.services.judgments.add(self.tenant.id, self.collection, [pair.judgment])

    async def _undo(self) -> None:
        """Go back to the previous pair, and remove its stored grade."""
        if not self.visited:
            click.echo("there is nothing to undo")
            return
        self.position = self.visited.pop()
        pair = self.pairs[self.position]
        if pair.judgment is not None:
            await self.services.judgments.remove(self.tenant.id, self.collection, pair.judgment)
            click.echo(f"the grade {pair.judgment.grade} is taken back")
            pair.judgment = None


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
@click.option(
    "--query",
    "texts",
    multiple=True,
    callback=option.distinct(),
    help="Query to judge; may be repeated.",
)
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
    queries: Path | None,
    top: int,
    most: int,
    judged_by: str | None,
) -> None:
    """Grade results one by one, with one key each. Every grade is stored at once.

    `u` goes back to the previous result, also of an earlier query, and removes its grade. Results
    you have already graded are skipped, so you can stop and resume at any time.
    """
    if texts or queries:
        refuse_unused(context, {"most"}, "is for queries of the log")
    all_texts = [*texts, *(beir.texts(queries).values() if queries else ())]
    name = judged_by or getpass.getuser()
    place = (read_settings(context), tenant_name, collection_name)
    graded = asyncio.run(_judge(*place, texts=all_texts, top=top, most=most, judged_by=name))
    results = counted(graded, "result")
    click.echo(f"{results} graded by {name}, all stored. Run the same command to continue.")


async def _judge(
    settings: Settings,
    tenant_name: str,
    collection_name: str,
    *,
    texts: Sequence[str],
    top: int,
    most: int,
    judged_by: str,
) -> int:
    from pgrerank import wiring

    async def queries(admin_services: "AdminServices") -> Sequence[str]:
        tenant = await admin_services.tenants.by_name(tenant_name)
        collection = await admin_services.collections.by_name(tenant.id, collection_name)
        texts_to_judge = texts or await admin_services.judgments.logged_queries(
            tenant.id, collection, limit=most
        )
        if not texts_to_judge:
            raise Failed("the log has no search of this collection: give queries with --query")
        return texts_to_judge

    async def check(admin_services: "AdminServices") -> None:
        await queries(admin_services)

    async with wiring.all_services(settings, check=check) as services:
        tenant = await services.tenants.by_name(tenant_name)
        collection = await services.collections.by_name(tenant.id, collection_name)
        questions = await queries(services)
        session = _Session(
            services=services,
            tenant=tenant,
            collection=collection,
            judged_by=judged_by,
            top=top,
            queries=questions,
        )
        await session.work()
        return session.graded


def _ask(pair: _Pair, graded: int) -> str:
    """Show a pair, and return the key pressed: a grade, s, n, u or q."""
    console = output.console()
    candidate = pair.candidate
    heading = f"{pair.heading}; {graded} graded"
    console.print(Text(f"\n{heading}", style="bold"), Text(f"? {pair.query}"), sep="\n")
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
