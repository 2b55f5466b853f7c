"""Time of a search by its kind and stage, as a caller sees it.

    scripts/bench-search DATA/dev/cranfield DATA/dev/npl
    scripts/bench-search DATA/dev/cranfield --reranker ms-marco-minilm-l12 --json

Runs `pgrerank serve` with an embedded Postgres in a temporary folder, ingests each BEIR folder with
token vectors, and searches over one persistent HTTP connection. The kinds of search take turns, so
that other work on the machine slows all of them alike. Every search has a query of its own, since
the service caches encoded queries: its number is appended. `total` is what the caller waits;
`besides` is the total minus the stages.
"""

import argparse
import asyncio
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from http.client import HTTPConnection
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from bench_overhead import connection, overhead_ms, request, search, shares, stages
from bench_report import machine, show
from bench_service import Answered, Caller, Service, running

from pgrerank.cli.output import say_left_out
from pgrerank.formats.beir import Dataset
from pgrerank.inference.shipped import BUNDLED

ROUNDS = 50
WARM = 5
DEPTH = 50
#: options of a search, by its kind; each reranks to the same depth
KINDS: Mapping[str, Mapping[str, object]] = {
    "keyword": {"strategy": "keyword", "rerank": "never"},
    "dense": {"strategy": "dense", "rerank": "never"},
    "hybrid": {"rerank": "never"},
    "hybrid, late interaction": {"cascade": 0},
    "hybrid, cascade of 20": {"cascade": 20},
    "hybrid, reranker": {},
}
_BATCH = 100


async def measure(folder: Path, kinds: Sequence[str], rounds: int) -> list[Mapping[str, Any]]:
    """Measure the kinds of search in a folder. Returns a row of figures for each."""
    with tempfile.TemporaryDirectory(prefix="pgr") as data_dir:
        async with running(Path(data_dir)) as service:
            caller = await ingest(service, folder)
            with closing(connection(caller)) as connected:
                answers = await asyncio.to_thread(
                    search_all, connected, caller, folder, kinds, rounds
                )
            memory = service.memory_mib()
    return [row(folder.name, kind, answers[kind], memory) for kind in kinds]


async def ingest(service: Service, folder: Path) -> Caller:
    """Store the documents of the folder with token vectors, in a new tenant."""
    caller = await service.caller("acme")
    documents = iter(Dataset(folder=folder).documents(say_left_out))
    while batch := [*islice(documents, _BATCH)]:
        rows = [{"id": each.external_id, "title": each.title, "text": each.text} for each in batch]
        await caller.ingest(rows, store_tokens=True)
    return caller


def search_all(
    connected: HTTPConnection, caller: Caller, folder: Path, kinds: Sequence[str], rounds: int
) -> dict[str, list[Answered]]:
    """Run the searches in turn. Returns the answers of each kind, without those that warm up."""
    asked = queries(folder)
    answers: dict[str, list[Answered]] = {kind: [] for kind in kinds}
    for _ in range(WARM + rounds):
        for kind in kinds:
            body = {"query": next(asked), "depth": DEPTH, "rerank": "always", **KINDS[kind]}
            answers[kind].append(search(connected, *request(caller, body)))
    return {kind: of_kind[WARM:] for kind, of_kind in answers.items()}


def queries(folder: Path) -> Iterator[str]:
    """The queries of a folder, again and again, each with a number of its own."""
    for number, query in enumerate(cycle(Dataset(folder=folder).queries().values())):
        yield f"{query} {number}"


def row(
    collection: str, kind: str, answers: Sequence[Answered], memory: float
) -> Mapping[str, Any]:
    """Percentiles of the total, and the median of each stage, in ms."""
    total = shares([answer.seconds * 1000 for answer in answers])
    names = dict.fromkeys(name for answer in answers for name in stages(answer))
    parts = {
        name: shares([stages(answer).get(name, 0.0) for answer in answers])["p50"] for name in names
    }
    besides = shares([overhead_ms(answer) for answer in answers])["p50"]
    return {
        "collection": collection,
        "search": kind,
        **total,
        **parts,
        "besides": besides,
        "memory MiB": round(memory),
    }


def main() -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folders", nargs="+", type=Path, metavar="FOLDER", help="BEIR folders.")
    parser.add_argument("--kind", action="append", choices=KINDS, help="Only this kind of search.")
    parser.add_argument("--reranker", default=BUNDLED, help=f"A cross-encoder. Default: {BUNDLED}.")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"Default: {ROUNDS}.")
    parser.add_argument("--json", action="store_true", help="Print one JSON object.")
    given = parser.parse_args()
    os.environ["PGRERANK_RERANKER"] = given.reranker  # noqa: TID251 - passed on to the service
    facts, kinds = machine(), given.kind or [*KINDS]
    rows = [
        found
        for folder in given.folders
        for found in asyncio.run(measure(folder, kinds, given.rounds))
    ]
    show({"machine": facts, "searches": rows}, as_json=given.json)


if __name__ == "__main__":
    main()
