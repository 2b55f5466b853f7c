"""Measure how fast commands and the service start, their memory, and what more workers gain.

The remote reranker is a small server here, which waits as long as a model on another machine would.
"""

import argparse
import asyncio
import json
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from time import monotonic
from typing import Any

import httpx
import msgspec
import psutil
import uvicorn

from pgrerank.settings import subprocess_environment

PGRERANK = [sys.executable, "-m", "pgrerank"]
TOKEN = "operator-token-of-the-bench"  # noqa: S105 - of a service that ends with the bench
FAKE_PORT, PORT = 18971, 18972
URL = f"http://127.0.0.1:{PORT}"
CLIENTS = 32
#: seconds that the remote reranker takes for an answer
WAIT_S = 0.05
OK = 200
IDLE_PERCENT = 20
DOCUMENTS = [
    {"id": str(n), "title": f"Page {n}", "text": f"Rotate the key of service {n} every month. " * 4}
    for n in range(200)
]
SEARCH = {"query": "rotate the key", "strategy": "keyword", "rerank": "always", "depth": 20}


async def fake_reranker(scope: Any, receive: Any, send: Any) -> None:
    """An ASGI application that answers Cohere's rerank call after a while."""
    if scope["type"] != "http":
        return
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message.get("body", b""), message.get("more_body", False)
    await asyncio.sleep(WAIT_S)
    count = len(msgspec.json.decode(body)["documents"]) if body else 0
    results = [{"index": n, "relevance_score": 1 / (n + 1)} for n in range(count)]
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": msgspec.json.encode({"results": results})})


@contextmanager
def running(
    command: list[str], url: str, **environment: str
) -> Generator[tuple[float, psutil.Process]]:
    """A server with the seconds that it took to answer 200 at the URL."""
    started = monotonic()
    process = psutil.Popen(
        command,
        env=subprocess_environment() | environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        with httpx.Client() as client:
            while not answers(client, url):
                if process.poll() is not None:
                    sys.exit(f"{command} ended with {process.returncode}")
        yield monotonic() - started, process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


def answers(client: httpx.Client, url: str) -> bool:
    """Whether the URL is answered with 200."""
    try:
        return client.get(url).status_code == OK
    except httpx.TransportError:
        return False


def service(folder: Path, **environment: str) -> Any:
    """`pgrerank serve` over an embedded server in a folder, until it is ready."""
    command = [*PGRERANK, "--data-dir", str(folder), "serve", "--port", str(PORT)]
    settings = {
        "PGRERANK_OPERATOR_TOKEN": TOKEN,
        "PGRERANK_DRAIN_SECONDS": "0",
        "PGRERANK_REQUESTS_PER_MINUTE": "0",
        "PGRERANK_LOG_LEVEL": "warning",
        **environment,
    }
    return running(command, f"{URL}/health/ready", **settings)


def memory_mb(process: psutil.Process) -> dict[str, int]:
    """Resident, proportional and private memory, in MB."""
    text = Path(f"/proc/{process.pid}/smaps_rollup").read_text()
    kb = {line.split()[0][:-1]: int(line.split()[1]) for line in text.splitlines()[1:]}
    private = kb["Private_Dirty"] + kb["Private_Clean"]
    return {
        "resident": kb["Rss"] // 1024,
        "shared out": kb["Pss"] // 1024,
        "private": private // 1024,
    }


def prepare() -> str:
    """A tenant with a collection of documents. Returns an API key."""
    with httpx.Client(base_url=URL, headers={"Authorization": f"Bearer {TOKEN}"}) as client:
        client.post("/v1/tenants", json={"name": "bench"}).raise_for_status()
        wanted = {"name": "bench", "scopes": ["search", "ingest"]}
        key = client.post("/v1/tenants/bench/keys", json=wanted).raise_for_status().json()["secret"]
        client.headers["Authorization"] = f"Bearer {key}"
        client.put("/v1/collections/docs", json={}).raise_for_status()
        lines = b"".join(msgspec.json.encode(each) + b"\n" for each in DOCUMENTS)
        kind = {"Content-Type": "application/x-ndjson"}
        documents = "/v1/collections/docs/documents"
        client.put(documents, content=lines, headers=kind, timeout=120).raise_for_status()
    return key


def seconds(command: list[str], runs: int, **environment: str) -> float:
    """Median seconds of a command."""
    times: list[float] = []
    for _ in range(runs):
        started = monotonic()
        subprocess.run(  # noqa: S603 - our own command
            command,
            env=subprocess_environment() | environment,
            check=True,
            stdout=subprocess.DEVNULL,
        )
        times.append(monotonic() - started)
    return round(median(times), 2)


async def searches_a_second(key: str, duration_s: float) -> float:
    """Answered searches a second, each client on a connection of its own, one at a time."""
    body = msgspec.json.encode(SEARCH)
    head = (
        f"POST /v1/collections/docs/search HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {key}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    end = monotonic() + duration_s
    counts = await asyncio.gather(*(client(head.encode() + body, end) for _ in range(CLIENTS)))
    return round(sum(counts) / duration_s, 1)


async def client(request: bytes, end: float) -> int:
    """Send a request again and again until `end`. Returns how often it was answered."""
    reader, writer = await asyncio.open_connection("127.0.0.1", PORT)
    count = 0
    while monotonic() < end:
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        if not head.startswith(b"http/1.1 200"):
            sys.exit(head.decode())
        length = head.partition(b"content-length:")[2].partition(b"\r\n")[0]
        await reader.readexactly(int(length))
        count += 1
    writer.close()
    return count


def measure(folder: Path, runs: int, duration_s: float) -> Iterator[tuple[str, Any]]:
    """All figures by name."""
    yield "--help s", seconds([*PGRERANK, "--help"], runs)
    with service(folder) as (first, _):
        key = prepare()
    yield "first start, with a new database s", round(first, 2)
    for _ in range(runs):
        with service(folder) as (ready, process):
            yield "ready s", round(ready, 2)
            yield "ready, CPU s", round(sum(process.cpu_times()[:2]), 2)
            yield "memory MB", memory_mb(process)
    with service(folder) as (_, process):
        search = [*PGRERANK, "search", "rotate the key", "-c", "docs", "--url", URL]
        yield "search --url s", seconds(search, runs, PGRERANK_KEY=key)
        yield "searches/s, local reranker", asyncio.run(searches_a_second(key, duration_s))
        yield "memory MB after these", memory_mb(process)
    yield from by_workers(folder, key, duration_s)


def by_workers(folder: Path, key: str, duration_s: float) -> Iterator[tuple[str, Any]]:
    """Searches a second with one and two workers in turn, whose reranker is elsewhere."""
    backends = folder / "backends.toml"
    backends.write_text(
        f'[reranker.far]\nurl = "http://127.0.0.1:{FAKE_PORT}"\ndialect = "cohere"\nmodel = "far"\n'
    )
    far = {
        "PGRERANK_BACKENDS": str(backends),
        "PGRERANK_RERANKER": "far",
        "PGRERANK_SCORE_CACHE": "0",
    }
    with running([sys.executable, __file__, "--fake"], f"http://127.0.0.1:{FAKE_PORT}"):
        for workers in (1, 2, 1, 2):
            with service(folder, PGRERANK_WORKERS=str(workers), **far) as (ready, process):
                wait_for_workers(process, workers)
                yield f"{workers} workers: ready s", round(ready, 2)
                rate = asyncio.run(searches_a_second(key, duration_s))
                yield f"{workers} workers: searches/s, remote reranker", rate
                serving = [process, *process.children()]
                each = [memory_mb(one) for one in serving if "serve" in one.cmdline()]
                yield f"{workers} workers: memory MB", each


def wait_for_workers(process: psutil.Process, count: int) -> None:
    """Wait until all have loaded their models, after which they are idle."""
    while count > 1:
        busy = [each.cpu_percent(0.5) for each in process.children() if "python" in each.name()]
        if len(busy) == count and max(busy) < IDLE_PERCENT:
            return


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument("--fake", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.fake:
        uvicorn.run(fake_reranker, port=FAKE_PORT, log_level="critical", lifespan="off")
        return
    folder = Path(tempfile.mkdtemp(prefix="pgr"))
    try:
        for name, value in measure(folder, given.runs, given.seconds):
            sys.stdout.write(f"{name}: {json.dumps(value)}\n")
            sys.stdout.flush()
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
