"""A collection on the live service, and documents from elsewhere."""

import asyncio
import inspect
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from pgrerank.client import Client, Document
from tests.resilience.running import PATIENCE_S

# Turns off Haystack's telemetry in tests.
os.environ["HAYSTACK_TELEMETRY_ENABLED"] = "false"

COLLECTION = "docs"
QUERY = "how do I rotate a key?"
TEXTS = {
    "fruit": "Bananas are yellow and sweet.",
    "cars": "A car needs its oil changed once a year.",
    "keys": "Rotate an API key every month and revoke the old one.",
    "pip": "Install the program with pip.",
}
BEST = "keys"


@dataclass(frozen=True, slots=True)
class Place:
    """A service, and a key that may search it."""

    url: str
    key: str


@pytest.fixture(scope="session")
def place(live) -> Place:
    """A tenant whose collection `docs` holds the texts."""
    key = live.new_key()
    with Client(live.url, key, timeout_s=PATIENCE_S) as client:
        client.put_collection(COLLECTION)
        client.ingest(
            COLLECTION,
            [
                Document(
                    id=name,
                    text=text,
                    title=name.title(),
                    uri=f"https://example.org/{name}",
                    metadata={"length": len(text), "kind": {"name": name}},
                )
                for name, text in TEXTS.items()
            ],
        )
    return Place(live.url, key)


@pytest.fixture(params=["threads", "asyncio"])
def either(request) -> Callable[..., Any]:
    """Calls the blocking method in a thread, or the asynchronous one. Returns the result."""

    async def called(blocking: Callable[..., Any], asynchronous: Callable[..., Any], *args, **kw):
        if request.param == "threads":
            return await asyncio.to_thread(blocking, *args, **kw)
        answer = asynchronous(*args, **kw)
        return await answer if inspect.isawaitable(answer) else answer

    return called
