"""pgrerank backend."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from time import perf_counter
from typing import TYPE_CHECKING, Any

import click

from pgrerank.cli import option, output
from pgrerank.cli.command import Commands, Misused, examples, read_settings
from pgrerank.domain.judgment import HIGHEST_GRADE
from pgrerank.settings import Settings, variable

if TYPE_CHECKING:
    from pgrerank.domain.model import ModelCard
    from pgrerank.inference.remote.judge import ChatJudge
    from pgrerank.ports.scorer import Scorer

_QUERY = "how do I get a refund?"
_TEXTS = ("Refunds are paid to the card that was charged.", "The office is closed on Mondays.")


@click.group(cls=Commands)
def backend() -> None:
    """Check the rerankers, embedders and judges on other servers that PGRERANK_BACKENDS names."""


@backend.command(
    epilog=examples("pgrerank backend check", "pgrerank backend check cloud --json"),
)
@click.argument("names", nargs=-1, metavar="[NAME]...", callback=option.distinct())
@option.as_json
@click.pass_context
def check(context: click.Context, *, names: Sequence[str], as_json: bool) -> None:
    """Request a score, a vector or a grade from each backend, and show its model and response time.

    Exits with 1 if any backend fails.
    """
    checks = asyncio.run(_check_all(read_settings(context), names))
    if as_json:
        output.as_json(checks)
    else:
        columns = ("name", "kind", "model", "fingerprint", "scores", "ms", "problem")
        rows = [[each[column] for column in columns] for each in checks]
        output.table(list(columns), [[*row[:3], str(row[3])[:12], *row[4:]] for row in rows])
    if any(each["problem"] for each in checks):
        context.exit(1)


async def _check_all(settings: Settings, names: Sequence[str]) -> list[Mapping[str, Any]]:
    from pgrerank import wiring

    if settings.backends is None:
        raise Misused(f"{variable('backends')} is not set")
    async with wiring.remote_models(settings) as remote:
        configured = {*remote.rerankers, *remote.embedders, *remote.judges}
        if unknown := sorted(set(names) - configured):
            raise Misused(f"the backends file has no {', '.join(unknown)}")
        selected = names or configured
        scorers = [(n, each.model, _score(each)) for n, each in remote.rerankers.items()]
        embedders = [(n, each.model, each.query) for n, each in remote.embedders.items()]
        judges = [(n, _judge_facts(each), _grade(each)) for n, each in remote.judges.items()]
        models = [(n, _facts(card), ask) for n, card, ask in (*scorers, *embedders)] + judges
        return [await _check(name, facts, ask) for name, facts, ask in models if name in selected]


async def _check(
    name: str, facts: Mapping[str, Any], ask: Callable[[str], Awaitable[object]]
) -> Mapping[str, Any]:
    from pgrerank.domain.errors import RemoteError

    started = perf_counter()
    problem = ""
    try:
        await ask(_QUERY)
    except RemoteError as error:
        problem = error.problem
    return {
        "name": name,
        **facts,
        "ms": round((perf_counter() - started) * 1000),
        "problem": problem,
    }


def _facts(card: "ModelCard") -> Mapping[str, Any]:
    return {
        "kind": str(card.kind),
        "model": card.name,
        "fingerprint": card.fingerprint,
        "scores": str(card.score_kind or f"{card.dimensions} dimensions"),
    }


def _judge_facts(judge: "ChatJudge") -> Mapping[str, Any]:
    return {
        "kind": "judge",
        "model": judge.model,
        "fingerprint": judge.judged_by.rpartition(" ")[2],
        "scores": f"grades 0 to {HIGHEST_GRADE}",
    }


def _grade(judge: "ChatJudge") -> Callable[[str], Awaitable[object]]:
    async def ask(query: str) -> None:
        if (await judge.grade(query, _TEXTS[0])).grade is None:
            raise judge.failure("states no grade")

    return ask


def _score(scorer: "Scorer") -> Callable[[str], Awaitable[object]]:
    from pgrerank.domain.candidate import Passage
    from pgrerank.domain.document import passage_hash

    passages = [Passage(text=text, content_hash=passage_hash("", text)) for text in _TEXTS]
    return lambda query: scorer.score(query, passages)
