"""A service for a benchmark: `pgrerank serve` with an embedded Postgres, and a caller."""

import asyncio
import os
import random
import re
import sys
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

import httpx

COLLECTION = "bench"
_PGRERANK = [sys.executable, "-m", "pgrerank"]
_OPERATOR = "operator-of-the-benchmark"
_DOCUMENTS = 80  # per tenant; both legs together find more than the 50 that are reranked
#: without score cache and rate limit, to measure the model under load
ENVIRONMENT = {
    "HF_HUB_OFFLINE": "1",
    "PGRERANK_PORT": "0",
    "PGRERANK_SCORE_CACHE": "0",
    "PGRERANK_REQUESTS_PER_MINUTE": "0",
    "PGRERANK_DRAIN_SECONDS": "0",
    "PGRERANK_LOG_LEVEL": "warning",
    "PGRERANK_OPERATOR_TOKEN": _OPERATOR,
}
_VOCABULARY = (
    "the of and to in is a that for it as was with be by on not he his but at are this have from "
    "or had an they which one you were all her she there would their we him been has when who will "
    "no more if out so up said what its about than into them can only other time new some could "
    "these two may first then do any like my now over such our man me even most made after also "
    "did many off before must well back through years where much your way down should because long "
    "each just state those people too mister how little good world make very year still see own "
    "work men day get here old life both between being under three never know same last another "
    "while us might great go come since against right came take used himself few house american "
    "use place during high without again home around small however found part school every upon "
    "kernel retrieval gradient isotope ledger harbour vaccine turbine enzyme orchestra glacier tax"
)


_WORDS = _VOCABULARY.split()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """An answer as the caller receives it."""

    status: int
    seconds: float
    body: Mapping[str, Any]
    retry_after: str | None

    @property
    def pairs(self) -> int:
        """Number of pairs reranked for it."""
        return self.body["rerank"]["scored"] if self.status == httpx.codes.OK else 0


class Caller:
    """A tenant's HTTP client."""

    def __init__(self, url: str, key: str) -> None:
        self.client = httpx.AsyncClient(
            base_url=url,
            headers={"Authorization": f"Bearer {key}"},
            timeout=600,
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=None),
        )

    async def search(self, query: str, depth: int | None = None, **knobs: object) -> Answered:
        """Search, and always rerank down to `depth` (None: the default)."""
        body = {"query": query, "depth": depth, "rerank": "always", **knobs}
        started = perf_counter()
        answer = await self.client.post(f"/v1/collections/{COLLECTION}/search", json=body)
        return Answered(
            status=answer.status_code,
            seconds=perf_counter() - started,
            body=answer.json(),
            retry_after=answer.headers.get("retry-after"),
        )

    async def ingest(
        self, documents: Sequence[Mapping[str, str]], *, store_tokens: bool = False
    ) -> None:
        """Create the collection if it is missing, and add documents to it."""
        settings = {"store_tokens": store_tokens}
        made = await self.client.put(f"/v1/collections/{COLLECTION}", json=settings)
        stored = await self.client.put(f"/v1/collections/{COLLECTION}/documents", json=documents)
        for answer in (made, stored):
            answer.raise_for_status()


class Service:
    """The running service, seen from outside."""

    def __init__(self, url: str, pid: int) -> None:
        self.url = url
        self.pid = pid

    async def tenant(self, name: str) -> Caller:
        """Create a tenant with a key and a collection of generated documents."""
        caller = await self.caller(name)
        await caller.ingest(documents(_DOCUMENTS))
        return caller

    async def caller(self, name: str) -> Caller:
        """Create a tenant with a key."""
        wanted = {"name": "bench", "scopes": ["search", "ingest"]}
        headers = {"Authorization": f"Bearer {_OPERATOR}"}
        async with httpx.AsyncClient(base_url=f"{self.url}/v1/tenants", headers=headers) as client:
            (await client.post("/", json={"name": name})).raise_for_status()
            issued = await client.post(f"/{name}/keys", json=wanted)
        return Caller(self.url, issued.raise_for_status().json()["secret"])

    def memory_mib(self) -> float:
        """Resident memory of the service's process in MiB."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(re.findall(r"VmRSS:\s+(\d+)", status)[0]) / 1024

    def threads(self) -> int:
        """Number of threads of the service's process."""
        return len(list(Path(f"/proc/{self.pid}/task").iterdir()))

    def cpu_seconds(self) -> float:
        """Processor seconds of the service's process."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    async def loop_delays(self) -> dict[float, float]:
        """Number of event loop delays by their upper bound in seconds (cumulative)."""
        async with httpx.AsyncClient(base_url=self.url) as client:
            text = (await client.get("/metrics")).text
        found = re.findall(r'loop_delay_seconds_bucket\{le="(.+)"\} (\S+)', text)
        return {float(bound): float(count) for bound, count in found}


@asynccontextmanager
async def running(folder: Path, settings: Mapping[str, str] = {}) -> AsyncGenerator[Service]:
    """Start the service with the database in a folder, and stop it at the end.

    Args:
        folder: Of the embedded server, which is made if it is missing.
        settings: Changes to its environment.
    """
    process = await asyncio.create_subprocess_exec(
        *_PGRERANK,
        *("--data-dir", str(folder), "serve"),
        stderr=-1,
        env={**_environment(), **settings},
    )
    assert process.stderr is not None  # noqa: S101 - it was asked for
    try:
        told = ""
        while not (found := re.search(r"listens on (http\S+?),", told)):
            line = await process.stderr.readline()
            if not line:
                raise SystemExit(f"the service did not start: {told}")
            told += line.decode()
        draining = asyncio.create_task(_drained(process.stderr))
        yield Service(found[1], process.pid)
        draining.cancel()
    finally:
        process.terminate()
        await process.wait()


def documents(count: int, *, seed: int = 1) -> list[dict[str, str]]:
    """Texts of 60 to 250 tokens."""
    draw = random.Random(seed)  # noqa: S311 - the same texts every time
    return [
        {"id": f"doc-{n}", "text": " ".join(draw.choices(_WORDS, k=draw.randint(55, 225)))}
        for n in range(count)
    ]


def queries(count: int, *, seed: int = 2) -> list[str]:
    """Queries of five to nine words, all different."""
    draw = random.Random(seed)  # noqa: S311 - the same queries every time
    return [f"{' '.join(draw.sample(_WORDS, draw.randint(4, 8)))} {n}" for n in range(count)]


def share_later(before: Mapping[float, float], after: Mapping[float, float], share: float) -> float:
    """Bound, in seconds, that `share` of the delays between two readings did not exceed."""
    counts = {bound: count - before.get(bound, 0.0) for bound, count in after.items()}
    total = max(counts.values())
    return next(bound for bound, count in sorted(counts.items()) if count >= share * total)


async def _drained(stream: asyncio.StreamReader) -> None:
    while line := await stream.readline():
        sys.stderr.write(line.decode())


def _environment() -> dict[str, str]:
    return {**os.environ, **ENVIRONMENT}  # noqa: TID251 - passed on
