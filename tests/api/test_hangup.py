"""A closed connection cancels the work for its request, on every route."""

import asyncio
import json
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace

import httpx
import pytest

from tests import fakes
from tests.api.conftest import FakeObserver, app_of, client_of, new_key
from tests.api.test_server import running, stopped
from tests.fake_tokens import FakeLate
from tests.resilience.running import PATIENCE_S

TEXTS = [f"number {n} of the many texts that nobody will read to its end" for n in range(300)]
CALLERS = 4


def request(url: str, key: str, path: str, body: object, method: str = "POST") -> bytes:
    """A request as bytes."""
    content = json.dumps(body).encode()
    host = httpx.URL(url).netloc.decode()
    head = [
        f"{method} {path} HTTP/1.1",
        f"Host: {host}",
        f"Authorization: Bearer {key}",
        "Content-Type: application/json",
        f"Content-Length: {len(content)}",
    ]
    return "\r\n".join([*head, "", ""]).encode() + content


async def until(condition: Callable[[], object]) -> None:
    """Wait until the condition is true, as long as a busy machine may need."""
    async with asyncio.timeout(PATIENCE_S):
        while not condition():  # noqa: ASYNC110 - what it looks at sets no event
            await asyncio.sleep(0.005)


ABANDONABLE = {
    "search": (
        "POST",
        "/v1/collections/docs/search",
        lambda n: {"query": f"text {n}", "rerank": "always", "depth": len(TEXTS)},
    ),
    "ranking": ("POST", "/v1/rankings", lambda n: {"query": f"text {n}", "documents": TEXTS}),
    "dialect": ("POST", "/rerank", lambda n: {"query": f"text {n}", "texts": TEXTS}),
    "embedding": ("POST", "/v1/embeddings", lambda n: {"input": [f"{n} {t}" for t in TEXTS]}),
    "ingest": (
        "PUT",
        "/v1/collections/docs/documents",
        lambda n: [{"id": f"{n}-{i}", "text": f"{n} {text}"} for i, text in enumerate(TEXTS)],
    ),
}


@pytest.mark.parametrize("call", ABANDONABLE)
async def test_the_work_of_callers_who_left_is_dropped(call, embedder, late_scorer):
    method, path, body = ABANDONABLE[call]
    found = tuple(fakes.candidate(n, text) for n, text in enumerate(TEXTS, start=1))
    services = replace(
        fakes.services(candidates=fakes.FakeCandidates(found=found)),
        embedder=embedder,
        scorer=late_scorer,
    )
    observer = FakeObserver()
    task, url = await running(app_of(services, observer=observer))
    key = await new_key(services)
    made = httpx.AsyncClient(headers={"Authorization": f"Bearer {key}"})
    async with made as client:
        (await client.put(f"{url}/v1/collections/docs")).raise_for_status()
    engine = embedder.engine
    ran = engine.sequences

    writers = []
    for n in range(CALLERS):
        _, writer = await asyncio.open_connection("127.0.0.1", httpx.URL(url).port)
        writer.write(request(url, key, path, body(n), method))
        writers.append(writer)
    await until(lambda: engine.queue_length > 0)
    for writer in writers:
        writer.close()
    await until(lambda: len(observer.answers) == CALLERS + 1)
    waiting = engine.queue_length
    await stopped(task)

    left = {status for *_, status in observer.answers[1:]}
    assert 499 in left
    assert 200 not in left
    assert waiting == 0
    assert engine.sequences - ran < CALLERS * 50


async def test_who_leaves_while_sending_is_no_failure_of_ours(services):
    observer = FakeObserver()
    task, url = await running(app_of(services, observer=observer))
    whole = request(
        url, await new_key(services), "/v1/rankings", {"query": "a", "documents": TEXTS}
    )
    _, writer = await asyncio.open_connection("127.0.0.1", httpx.URL(url).port)
    with closing(writer):
        writer.write(whole[:-100])
        await writer.drain()
    await until(lambda: observer.answers)
    await stopped(task)

    assert observer.answers == [("POST", "/v1/rankings", 400)]


async def test_what_changes_something_is_done_though_nobody_waits():
    class Slow(fakes.FakeCollections):
        async def create(self, *arguments: object, **options: object) -> object:
            asked.set()
            await answer.wait()
            return await super().create(*arguments, **options)

    asked, answer = asyncio.Event(), asyncio.Event()
    services = fakes.services(collections=Slow())
    observer = FakeObserver()
    task, url = await running(app_of(services, observer=observer))
    _, writer = await asyncio.open_connection("127.0.0.1", httpx.URL(url).port)
    path = "/v1/collections/docs"
    writer.write(request(url, await new_key(services), path, {}, "PUT"))
    await asked.wait()
    writer.close()
    await writer.wait_closed()
    answer.set()
    await until(lambda: observer.answers)
    await stopped(task)

    assert observer.answers == [("PUT", "/v1/collections/{name}", 200)]


async def test_who_stays_is_answered_over_the_same_connection():
    services = replace(fakes.services(), late=FakeLate())
    async with client_of(services) as client:
        answers = [
            await client.post("/v1/rankings", json={"query": "a", "documents": ["a", "b"]})
            for _ in range(3)
        ]
    assert [answer.status_code for answer in answers] == [200] * 3
