"""Both clients behind one asynchronous interface."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from pgrerank.client import AsyncClient, Client
from tests.resilience.running import PATIENCE_S


class Caller:
    """A client whose methods are awaited, blocking or not."""

    def __init__(self, client: Client | AsyncClient) -> None:
        self._client = client

    async def __call__(self, method: str, *arguments: Any, **knobs: Any) -> Any:
        called = getattr(self._client, method)
        if isinstance(self._client, Client):
            return await asyncio.to_thread(called, *arguments, **knobs)
        return await called(*arguments, **knobs)

    async def collections(self) -> list[str]:
        """Names of all collections."""
        if isinstance(self._client, Client):
            return await asyncio.to_thread(lambda: [c.name for c in self._client.collections()])
        return [collection.name async for collection in self._client.collections()]


CallerOf = Callable[..., Any]


@pytest.fixture(params=["threads", "asyncio"])
def caller_of(request) -> CallerOf:
    """Opens a caller of a service, or of a function that answers instead."""

    @asynccontextmanager
    async def opened(url: str, key: str, answering=None, **options: Any) -> AsyncIterator[Caller]:
        settings: dict[str, Any] = {"timeout": PATIENCE_S}
        if answering:
            settings["transport"] = httpx.MockTransport(answering)
        if request.param == "threads":
            with (
                httpx.Client(**settings) as http,
                Client(url, key, http=http, **options) as client,
            ):
                yield Caller(client)
        else:
            async with (
                httpx.AsyncClient(**settings) as http,
                AsyncClient(url, key, http=http, **options) as client,
            ):
                yield Caller(client)

    return opened
