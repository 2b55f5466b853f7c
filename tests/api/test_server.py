"""The server listens, and stops without dropping running requests."""

import asyncio
import os
import signal
import socket

import httpx
import pytest
from httpx import AsyncClient

from pgrerank.api.server import serve
from pgrerank.domain.collection import Collection
from tests import fakes
from tests.api.conftest import app_of, bearer, new_key
from tests.fixtures import connections
from tests.resilience.running import PATIENCE_S


class SlowCollections(fakes.FakeCollections):
    """Answers only when the test lets it."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = asyncio.Event()
        self.answer = asyncio.Event()

    async def by_name(self, *_: object) -> Collection:
        self.asked.set()
        await self.answer.wait()
        return fakes.collection()


async def running(
    app, host: str = "127.0.0.1", **options: object
) -> tuple[asyncio.Task[None], str]:
    """The server, once it listens, and its URL."""
    url: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(serve(app, host, 0, listening=url.set_result, **options))
    return task, await url


async def stopped(task: asyncio.Task[None]) -> None:
    """Stop the server, and wait for its end."""
    os.kill(os.getpid(), signal.SIGTERM)
    await task


async def test_it_listens_on_the_port_it_says(services):
    task, url = await running(app_of(services))
    async with AsyncClient() as client:
        answer = await client.get(f"{url}/health/live")
    os.kill(os.getpid(), signal.SIGTERM)
    await task
    assert answer.status_code == 200
    assert "server" not in answer.headers


async def test_while_it_drains_it_is_not_ready_and_serves_until_a_second_signal(services):
    task, url = await running(app_of(services), drain_s=3600)
    key = await new_key(services)
    os.kill(os.getpid(), signal.SIGTERM)
    async with AsyncClient(headers=bearer(key)) as client:
        ready = await client.get(f"{url}/health/ready")
        others = await client.get(f"{url}/health")
        live = await client.get(f"{url}/health/live")
        search = await client.put(f"{url}/v1/collections/docs")
    os.kill(os.getpid(), signal.SIGTERM)
    await task

    assert (ready.status_code, others.status_code) == (503, 503)
    assert ready.json()["parts"] == {
        "postgres": "ok",
        "service": "is about to stop; what comes meanwhile is still answered",
    }
    assert (live.status_code, search.status_code) == (200, 200)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_stop_lets_requests_finish_and_returns(number):
    collections = SlowCollections()
    services = fakes.services(collections=collections)
    before = signal.getsignal(number)
    task, url = await running(app_of(services))
    async with AsyncClient(headers=bearer(await new_key(services))) as client:
        under_way = asyncio.create_task(client.get(f"{url}/v1/collections/docs"))
        await collections.asked.wait()
        os.kill(os.getpid(), number)
        collections.answer.set()
        answer = await under_way
    await task

    assert answer.status_code == 200
    assert signal.getsignal(number) is before


async def test_what_outlasts_the_grace_is_cut_off():
    collections = SlowCollections()
    services = fakes.services(collections=collections)
    task, url = await running(app_of(services), grace_s=1)
    async with AsyncClient(headers=bearer(await new_key(services))) as client:
        under_way = asyncio.create_task(client.get(f"{url}/v1/collections/docs"))
        await collections.asked.wait()
        os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.wait_for(task, timeout=PATIENCE_S)
        await asyncio.gather(under_way, return_exceptions=True)
    assert not collections.answer.is_set()


async def test_an_address_in_use_is_said_at_once(services):
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(OSError, match="in use"):
        await serve(app_of(services), "127.0.0.1", taken.getsockname()[1])


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
async def test_what_is_written_to_a_connection_is_sent_at_once(services, host):
    task, url = await running(app_of(services), host)
    async with AsyncClient() as client:
        await client.get(f"{url}/health/live")
        ends = connections.nodelay(httpx.URL(url).port)
    os.kill(os.getpid(), signal.SIGTERM)
    await task
    assert ends == {"accepted": [True], "client": [True]}


async def test_urls_of_ipv6_addresses_are_bracketed(services):
    url: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(serve(app_of(services), "::1", 0, listening=url.set_result))
    assert (await url).startswith("http://[::1]:")
    os.kill(os.getpid(), signal.SIGTERM)
    await task


async def test_a_document_id_survives_the_wire(services):
    """Servers decode paths, but the id must arrive unchanged."""
    task, url = await running(app_of(services))
    async with AsyncClient(headers=bearer(await new_key(services))) as client:
        await client.put(f"{url}/v1/collections/docs")
        answer = await client.get(f"{url}/v1/collections/docs/documents/a%2Fb%2F%2Fc%2F")
    os.kill(os.getpid(), signal.SIGTERM)
    await task
    assert answer.json()["detail"] == "There is no document `a/b//c/`."
