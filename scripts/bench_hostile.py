"""Effect of a hostile API key on the searches of another tenant.

    scripts/bench-hostile
    scripts/bench-hostile --seconds 5 --json

Runs `pgrerank serve` with an embedded Postgres in a temporary folder. One tenant (the victim)
searches a small collection continuously. Another (the hostile one) sends, from a separate process
over four connections, the worst bodies of each kind: over the limits, just under them, and with
texts that escape every character.
Shows for each kind: the victim's latency besides its own stages (p50, p99), the delay of the event
loop (p99 and largest, by the buckets of the metric `pgrerank_event_loop_delay_seconds`), and the
status codes of the hostile requests.
"""

import argparse
import asyncio
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping
from itertools import count, cycle
from pathlib import Path
from time import perf_counter
from typing import Any

import httpx
from bench_overhead import overhead_ms
from bench_report import machine, percentile, show
from bench_service import COLLECTION, Caller, Service, queries, running, share_later

SECONDS = 5.0
CONNECTIONS = 4
SEARCH = f"/v1/collections/{COLLECTION}/search"
INGEST = f"/v1/collections/{COLLECTION}/documents"
LINES = "application/x-ndjson"
#: in a path: the id of a ranking of `TABLES`
RANKING = "{ranking}"

#: method, path, media type, body
Attack = tuple[str, str, str, bytes]


def keys(number: int) -> bytes:
    """A JSON object with this many fields."""
    return b"{" + b",".join(b'"k%d":1' % n for n in range(number)) + b"}"


#: the largest ranking by the number of its documents
TABLES = b'{"query":"a","documents":[%s]}' % b",".join([keys(5)] * 9_900)


def attack(path: str, body: bytes, method: str = "POST", media: str = "application/json") -> Attack:
    """A hostile request."""
    return method, path, media, body


def attacks() -> dict[str, Attack]:
    """The worst request of each kind, by name."""
    weights = b",".join(b'"w%d":1.5' % n for n in range(400_000))
    escaped = rb"\u4e2d" * 650_000
    return {
        "nothing": attack("/health/live", b"", "GET"),
        "filter of 1.5 million keys": attack(
            SEARCH, b'{"query":"a","filter":%s}' % keys(1_500_000)
        ),
        "filter under the bound": attack(SEARCH, b'{"query":"a","filter":%s}' % keys(9_000)),
        "sparse weights": attack(SEARCH, b'{"query":"a","sparse":{%s}}' % weights),
        "array of 15 million": attack(SEARCH, b"[1" + b",1" * 15_000_000 + b"]"),
        "terms": attack(
            f"/v1/collections/{COLLECTION}/terms", b'{"terms":%s}' % keys(900_000), "PUT"
        ),
        "tables under the bound": attack("/v1/rankings", TABLES),
        "tables in another dialect": attack("/v2/rerank", TABLES),
        "ranking of 9,900 documents": attack(f"/v1/rankings/{RANKING}", b"", "GET"),
        "one object under the bound": attack(
            "/rerank", b'{"query":"a","documents":[%s]}' % keys(58_000)
        ),
        "escaped text under the bound": attack(
            "/v1/rankings", b'{"query":"a","documents":["%s"]}' % escaped
        ),
        "no UTF-8 under the bound": attack(
            "/v1/rankings", b'{"query":"a","documents":["%s\xff"]}' % (b"a" * 4_000_000)
        ),
        "texts to embed": attack("/v1/embeddings", b'{"input":["a"%s]}' % (b',"a"' * 2_047)),
        "digits": attack("/v1/rankings", b'{"query":"a","documents":[[%s]]}' % (b"1" * 4_000_000)),
        "metadata in lines": attack(
            INGEST, b'{"id":"a","text":"a","metadata":%s}' % keys(1_000_000), "PUT", LINES
        ),
        "blank lines": attack(INGEST, b"\n" * 32_000_000, "PUT", LINES),
        "array of documents under the bound": attack(
            INGEST, b"[%s]" % b",".join([b'{"id":"a","text":"","metadata":{}}'] * 28_000), "PUT"
        ),
    }


async def measured(
    service: Service, victim: Caller, hostile: Caller, name: str, seconds: float
) -> dict[str, Any]:
    """The victim's latencies and the delays of the event loop under one kind of attack."""
    asked = cycle(queries(5000))
    numbers = count()
    found: list[float] = []
    attacking = await attacker(hostile, name, seconds)
    before = await service.loop_delays()
    until = perf_counter() + seconds
    while perf_counter() < until:
        answer = await victim.search(f"{next(asked)} {next(numbers)}", rerank="never")
        found.append(overhead_ms(answer))
    after = await service.loop_delays()
    told, _ = await attacking.communicate()
    statuses: dict[str, int] = json.loads(told)
    return {
        "searches": len(found),
        "p50 ms": percentile(found, 0.5),
        "p99 ms": percentile(found, 0.99),
        "loop p99 ms": share_later(before, after, 0.99) * 1000,
        "loop largest ms": share_later(before, after, 1.0) * 1000,
        "answers": " ".join(f"{status}: {number}" for status, number in sorted(statuses.items())),
    }


async def attacker(hostile: Caller, name: str, seconds: float) -> asyncio.subprocess.Process:
    """Start a process that sends one kind of request, and wait until it begins."""
    key = hostile.client.headers["Authorization"]
    given = [str(hostile.client.base_url), key, name, str(seconds)]
    process = await asyncio.create_subprocess_exec(
        sys.executable, __file__, "--attack", *given, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None  # noqa: S101 - it was asked for
    await process.stdout.readline()
    return process


async def attack_for(url: str, key: str, name: str, seconds: float) -> Counter[int]:
    """Send one kind of request for some seconds, and count the answers by status."""
    method, path, media, body = attacks()[name]
    statuses: Counter[int] = Counter()

    async def attacking(client: httpx.AsyncClient) -> None:
        while perf_counter() < until:
            statuses[await sent(client, method, path, media, body)] += 1

    headers = {"Authorization": key}
    async with httpx.AsyncClient(base_url=url, headers=headers, timeout=600) as client:
        if RANKING in path:
            path = path.replace(RANKING, await ranking(client))
        print(flush=True)
        until = perf_counter() + seconds
        await asyncio.gather(*(attacking(client) for _ in range(CONNECTIONS)))
    return statuses


async def ranking(client: httpx.AsyncClient) -> str:
    """Id of a new ranking of `TABLES`."""
    answer = await client.post(
        "/v1/rankings", content=TABLES, headers={"Content-Type": "application/json"}
    )
    return str(answer.raise_for_status().json()["id"])


async def sent(client: httpx.AsyncClient, method: str, path: str, media: str, body: bytes) -> int:
    """Status of the answer; 0 if the connection was closed while the body was sent."""
    try:
        answer = await client.request(method, path, content=body, headers={"Content-Type": media})
    except httpx.TransportError:
        return 0
    return answer.status_code


async def compared(seconds: float, wanted: Callable[[str], bool]) -> list[Mapping[str, Any]]:
    """Figures of all wanted kinds, one after another."""
    with tempfile.TemporaryDirectory(prefix="pgr") as folder:
        async with running(Path(folder)) as service:
            victim, hostile = await service.tenant("victim"), await service.tenant("hostile")
            for query in queries(20, seed=9):
                await victim.search(query, rerank="never")
            return [
                {"kind": name, **await measured(service, victim, hostile, name, seconds)}
                for name in attacks()
                if wanted(name)
            ]


def main() -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=SECONDS, help="Seconds for each kind.")
    parser.add_argument("--only", default="", help="Only kinds whose name contains this.")
    parser.add_argument("--json", action="store_true", help="Print one JSON object.")
    parser.add_argument("--attack", nargs=4, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.attack:
        url, key, name, seconds = given.attack
        print(json.dumps(asyncio.run(attack_for(url, key, name, float(seconds)))))
        return
    facts = machine()
    rows = asyncio.run(compared(given.seconds, lambda name: given.only in name))
    show({"machine": facts, "kinds": rows}, as_json=given.json)


if __name__ == "__main__":
    main()
