"""pgrerank against what users build instead of it, with the same models, corpus and machine.

    scripts/bench-peers DATA/dev/cranfield
    scripts/bench-peers DATA/dev/cranfield --queries 10 --documents 500 --seconds 5
    scripts/bench-peers DATA/dev/cranfield --alternative tutorial --alternative pgrerank --json

Each alternative is installed into a temporary virtual environment, stores the documents of the BEIR
folder FOLDER in a database of its own on one embedded Postgres, and serves searches over HTTP. Those
of other libraries are FastAPI applications with a synchronous endpoint; their code is in
scripts/peers. All embed with all-MiniLM-L6-v2, and rerank 50 candidates.

First one client sends each judged query once, which gives nDCG@10. Then, round by round, the
alternatives take turns: one client searches for some seconds, then many do, each sending its next
search after the last answer. All stay in memory (about 1 GB each), and only one of them works.

  p50, p95    ms of a search, of 1 client and of many
  searches/s  answered by the service with many clients, and its ratio to the tutorial's
  cpu ms      processor time of a search with many clients, without Postgres, and the ratio of the
              tutorial's to it; other work on the machine disturbs this less
  memory MiB  resident, of all processes of the alternative, without Postgres

An alternative that cannot be installed or fails has the reason in `note`.
"""

import argparse
import asyncio
import math
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import psutil
import psycopg
from bench_alternatives import ALTERNATIVES, DEPTH, TUTORIAL, Ours, Pipeline, Workplace
from bench_clients import Load, SearchFailedError, Target, combine, load, memory_mib, rank
from bench_report import machine, show
from rich.console import Console

from pgrerank.cli.output import say_left_out
from pgrerank.domain import measures
from pgrerank.domain.document import Document
from pgrerank.domain.errors import PgrerankError
from pgrerank.domain.measures import Qrels
from pgrerank.formats import beir
from pgrerank.formats.beir import Dataset
from pgrerank.inference.model_files import files
from pgrerank.inference.shipped import BUNDLED
from pgrerank.storage import embedded

MEASURE = "nDCG@10"
_WARM = "a search to warm up"
#: of a turn: no query is asked twice
_NUMBERS = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Questions:
    """Judged queries."""

    #: texts by id
    queries: Mapping[str, str]
    qrels: Qrels


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """Figures of an alternative."""

    quality: float
    alone: Load
    crowd: Load
    memory_mib: float


def main() -> None:
    """Read the command line, measure, print."""
    given = arguments(sys.argv[1:])
    try:
        show(result(given), as_json=given.json)
    except PgrerankError as error:
        sys.exit(f"bench-peers: {error}")


def result(given: argparse.Namespace) -> dict[str, Any]:
    """Measure what the command line asks for.

    Raises:
        PgrerankError: The folder or the cross-encoder cannot be used.
    """
    facts = machine()
    files(given.reranker)
    data = Dataset(folder=given.folder)
    questions = sample(data, given.queries)
    documents = subset([*data.documents(say_left_out)], questions.qrels, given.documents)
    chosen = [each for each in ALTERNATIVES if each.name in (given.alternative or _names())]
    outcomes = asyncio.run(_measure_all(chosen, documents, questions, given))
    workload = {
        "corpus": data.name,
        "documents": len(documents),
        "queries": len(questions.queries),
        "depth": DEPTH,
        "cross-encoder": given.reranker,
        "rounds": given.rounds,
        "seconds": given.seconds,
    }
    return {"machine": facts, "workload": workload, "peers": rows(outcomes, given.clients)}


def arguments(words: Sequence[str]) -> argparse.Namespace:
    """The command line."""
    width = max(map(len, _names()))
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="\n".join(
            ["alternatives:", *(f"  {each.name:{width}}  {each.about}" for each in ALTERNATIVES)]
        ),
    )
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="BEIR folder")
    parser.add_argument(
        "--alternative",
        action="append",
        choices=_names(),
        metavar="NAME",
        help="only this one, see below; repeatable",
    )
    parser.add_argument("--queries", type=_count, default=20, help="judged queries (default: 20)")
    parser.add_argument(
        "--documents",
        type=_count,
        help="store only so many: those judged for the queries, and others drawn at random "
        "(default: all)",
    )
    parser.add_argument(
        "--seconds", type=_count, default=10, help="time of each turn (default: 10)"
    )
    parser.add_argument("--rounds", type=_count, default=2, help="turns of each (default: 2)")
    parser.add_argument("--clients", type=_count, default=16, help="the many clients (default: 16)")
    parser.add_argument(
        "--reranker",
        default=BUNDLED,
        help="cross-encoder of all but pgrerank's default: that of `bundled` (default), "
        "ms-marco-minilm-l12, or a folder",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    return parser.parse_args(words)


def sample(data: Dataset, most: int) -> Questions:
    """At most `most` queries with a relevant document, always the same ones."""
    texts, grades = data.queries(), beir.qrels(data.qrels_file())
    judged = sorted(query for query in grades if query in texts and max(grades[query].values()) > 0)
    Random(0).shuffle(judged)  # noqa: S311 - no secret
    chosen = judged[:most]
    return Questions(
        queries={query: texts[query] for query in chosen},
        qrels={query: grades[query] for query in chosen},
    )


def subset(documents: Sequence[Document], qrels: Qrels, most: int | None) -> list[Document]:
    """At most `most` documents, but all judged ones, in order; None: all."""
    if most is None:
        return [*documents]
    judged = {name for grades in qrels.values() for name in grades}
    others = [each.external_id for each in documents if each.external_id not in judged]
    room = max(most - (len(documents) - len(others)), 0)
    drawn = Random(0).sample(others, min(room, len(others)))  # noqa: S311 - no secret
    chosen = judged.union(drawn)
    return [each for each in documents if each.external_id in chosen]


def rows(outcomes: Mapping[str, Measured | str], clients: int) -> list[dict[str, Any]]:
    """A row of figures for each alternative; a text instead of figures is the reason."""
    base = outcomes.get(TUTORIAL)
    return [
        {"alternative": name, **_row(outcome, base, clients)} for name, outcome in outcomes.items()
    ]


def _row(outcome: Measured | str, base: Measured | str | None, clients: int) -> dict[str, Any]:
    failed = isinstance(outcome, str)
    figures = [None] * 10 if failed else _figures(outcome, base)
    return {
        MEASURE: figures[0],
        "p50 of 1": figures[1],
        "p95 of 1": figures[2],
        f"p50 of {clients}": figures[3],
        f"p95 of {clients}": figures[4],
        "searches/s": figures[5],
        "ratio": figures[6],
        "cpu ms": figures[7],
        "cpu ratio": figures[8],
        "memory MiB": figures[9],
        "note": outcome if failed else _note(outcome),
    }


def _figures(measured: Measured, base: Measured | str | None) -> list[float | None]:
    alone, crowd = measured.alone, measured.crowd
    compared = base.crowd if isinstance(base, Measured) and base.crowd.seconds else None
    return [
        round(measured.quality, 3),
        *(round(load.ms(share)) for load in (alone, crowd) for share in (0.5, 0.95)),
        round(crowd.rate, 2),
        round(crowd.rate / compared.rate, 1) if compared else None,
        round(crowd.cpu_ms),
        round(compared.cpu_ms / crowd.cpu_ms, 1) if compared else None,
        round(measured.memory_mib),
    ]


def _note(measured: Measured) -> str:
    failures = [*measured.alone.failures, *measured.crowd.failures]
    if not failures:
        return ""
    total = len(failures) + len(measured.alone.seconds) + len(measured.crowd.seconds)
    return f"{len(failures)} of {total} searches failed: {failures[0]}"


async def _measure_all(
    chosen: Sequence[Pipeline | Ours],
    documents: Sequence[Document],
    questions: Questions,
    given: argparse.Namespace,
) -> dict[str, Measured | str]:
    with (
        tempfile.TemporaryDirectory(prefix="pgr") as folder,
        embedded.running(Path(folder)) as server,
    ):
        place = Workplace(
            data_dir=Path(folder), server=server, documents=documents, reranker=given.reranker
        )
        async with AsyncExitStack() as stack:
            started = {each.name: await _start(each, place, stack) for each in chosen}
            _analyze(server)
            targets = {name: each for name, each in started.items() if isinstance(each, Target)}
            measured = await asyncio.to_thread(measure, targets, questions, given)
    reasons = {name: each for name, each in started.items() if isinstance(each, str)}
    return {name: measured.get(name) or reasons[name] for name in started}


async def _start(
    alternative: Pipeline | Ours, place: Workplace, stack: AsyncExitStack
) -> Target | str:
    """The running alternative, or why it does not run."""
    _say(f"{alternative.name}: installing, and storing {len(place.documents):,} documents ...")
    try:
        return await stack.enter_async_context(alternative.serve(place))
    except RuntimeError as error:
        _say(f"{alternative.name}: {error}")
        return _line(error)


def measure(
    targets: Mapping[str, Target], questions: Questions, given: argparse.Namespace
) -> dict[str, Measured | str]:
    """Measure running alternatives in turn. One that fails has the reason instead of figures."""
    records = {name: _Record(target) for name, target in targets.items()}
    for turn in range(given.rounds + 1):
        for name, record in records.items():
            if record.reason:
                continue
            _say(f"{name}: {f'round {turn} of {given.rounds}' if turn else MEASURE} ...")
            try:
                _take(record, questions, given, turn)
            except (SearchFailedError, psutil.Error) as error:
                record.reason = _line(error)
                _say(f"{name}: {error}")
    return {name: record.reason or _summarize(record) for name, record in records.items()}


@dataclass
class _Record:
    target: Target
    quality: float = math.nan
    alone: list[Load] = field(default_factory=list[Load])
    crowd: list[Load] = field(default_factory=list[Load])
    memory_mib: float = math.nan
    reason: str = ""


def _take(record: _Record, questions: Questions, given: argparse.Namespace, turn: int) -> None:
    """Take a turn, of which number 0 is that for the quality."""
    if not turn:
        rank(record.target, _WARM)
        record.quality = _quality(record.target, questions)
        return
    texts, first = [*questions.queries.values()], turn * _NUMBERS
    record.alone.append(load(record.target, 1, given.seconds, texts, first))
    record.crowd.append(
        load(record.target, given.clients, given.seconds, texts, first + _NUMBERS // 2)
    )
    record.memory_mib = memory_mib(record.target.pid)


def _summarize(record: _Record) -> Measured:
    return Measured(
        quality=record.quality,
        alone=combine(record.alone),
        crowd=combine(record.crowd),
        memory_mib=record.memory_mib,
    )


def _quality(target: Target, questions: Questions) -> float:
    """Mean nDCG@10 of the queries."""
    run = {
        query: measures.scores_by_order(rank(target, text))
        for query, text in questions.queries.items()
    }
    values = measures.by_query([MEASURE], run, questions.qrels)[MEASURE]
    return sum(values.values()) / len(questions.queries)


def _analyze(server: embedded.EmbeddedServer) -> None:
    """Give the planner the statistics that Postgres would gather within a minute."""
    with psycopg.connect(server.admin_url, autocommit=True) as connection:
        names = connection.execute(
            "select datname from pg_database where datallowconn and not datistemplate"
        ).fetchall()
    for (name,) in names:
        with psycopg.connect(server.url("postgres", name), autocommit=True) as connection:
            connection.execute("vacuum analyze")


def _line(error: Exception) -> str:
    return " ".join(str(error).split())


def _names() -> list[str]:
    return [each.name for each in ALTERNATIVES]


def _count(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"must be at least 1, not {number}")
    return number


def _say(text: str) -> None:
    Console(stderr=True).print(text, highlight=False, markup=False)


if __name__ == "__main__":
    main()
