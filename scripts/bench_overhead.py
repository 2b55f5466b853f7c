"""Time of a search besides its own stages, as a caller sees it.

    scripts/bench-overhead
    scripts/bench-overhead --searches 500 --json

Runs `pgrerank serve` with an embedded Postgres in a temporary folder, and searches a small
collection over one persistent HTTP connection. `overhead_ms` is the time to the response minus all
stages in its `timings_ms`. Target: a median of 3 ms.

The client is http.client, which takes .1 ms per request. One with asyncio and httpx takes 2 ms,
which would be attributed to the service.
"""

import argparse
import asyncio
import json
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from time import perf_counter
from typing import Any

from bench_report import machine, percentile, show
from bench_service import COLLECTION, Answered, Caller, queries, running

WARM = 20
SEARCHES = 200
SHARES = {"p50": 0.5, "p95": 0.95}


async def searched(searches: int) -> list[Answered]:
    """Answers to different searches, one after another."""
    with tempfile.TemporaryDirectory(prefix="pgr") as folder:
        async with running(Path(folder)) as service:
            caller = await service.tenant("acme")
            with closing(connection(caller)) as connected:
                asked = [request(caller, {"query": query}) for query in queries(WARM + searches)]
                return [await asyncio.to_thread(search, connected, *each) for each in asked][WARM:]


def connection(caller: Caller) -> HTTPConnection:
    """Connection to the service of the caller."""
    url = caller.client.base_url
    return HTTPConnection(url.host, url.port)


def request(caller: Caller, asked: Mapping[str, object]) -> tuple[bytes, dict[str, str]]:
    """Body and headers of a search."""
    headers = {
        "Authorization": caller.client.headers["Authorization"],
        "Content-Type": "application/json",
    }
    return json.dumps(asked).encode(), headers


def search(connected: HTTPConnection, body: bytes, headers: Mapping[str, str]) -> Answered:
    """Send a search, and return its answer."""
    started = perf_counter()
    connected.request("POST", f"/v1/collections/{COLLECTION}/search", body, dict(headers))
    answer = connected.getresponse()
    told = answer.read()
    spent = perf_counter() - started
    if answer.status != 200:  # noqa: PLR2004 - OK
        raise SystemExit(f"{answer.status}: {told.decode()}")
    return Answered(status=answer.status, seconds=spent, body=json.loads(told), retry_after=None)


def stages(answer: Answered) -> dict[str, float]:
    """Milliseconds by stage, without their total."""
    return {name: ms for name, ms in answer.body["timings_ms"].items() if name != "total"}


def overhead_ms(answer: Answered) -> float:
    """Milliseconds that the caller waited besides the stages."""
    return answer.seconds * 1000 - sum(stages(answer).values())


def shares(values: Sequence[float]) -> dict[str, float]:
    """Percentiles, rounded to microseconds."""
    return {name: round(percentile(values, share), 3) for name, share in SHARES.items()}


def rows(answers: Sequence[Answered]) -> list[Mapping[str, Any]]:
    """Percentiles of each stage, of the whole and of the overhead."""
    parts = {
        name: shares([stages(answer)[name] for answer in answers]) for name in stages(answers[0])
    }
    parts["the caller's"] = shares([answer.seconds * 1000 for answer in answers])
    parts["overhead"] = shares([overhead_ms(answer) for answer in answers])
    return [{"ms": name, **found} for name, found in parts.items()]


def main() -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--searches", type=int, default=SEARCHES, help=f"Default: {SEARCHES}.")
    parser.add_argument("--json", action="store_true", help="Print one JSON object.")
    given = parser.parse_args()
    facts = machine()
    answers = asyncio.run(searched(given.searches))
    if given.json:
        show({"overhead_ms": shares([overhead_ms(each) for each in answers])}, as_json=True)
    else:
        show({"machine": facts, "searches": rows(answers)}, as_json=False)


if __name__ == "__main__":
    main()
