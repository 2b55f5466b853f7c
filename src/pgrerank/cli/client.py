"""A search over HTTP, as an application would send it."""

import asyncio
from http.client import HTTPConnection
from typing import Any
from urllib.parse import quote, urlsplit

import msgspec

from pgrerank.cli.command import Failed

_TIMEOUT_S = 60
_OK = 200


async def search(url: str, key: str, collection: str, body: dict[str, Any]) -> dict[str, Any]:
    """The answer of the service at `url`. Raises Failed if it refuses."""
    return await asyncio.to_thread(_search, url, key, collection, body)


def _search(url: str, key: str, collection: str, body: dict[str, Any]) -> dict[str, Any]:
    connection = HTTPConnection(urlsplit(url).netloc, timeout=_TIMEOUT_S)
    try:
        connection.request(
            "POST",
            f"/v1/collections/{quote(collection, safe='')}/search",
            body=msgspec.json.encode(body),
            headers={"Authorization": f"Bearer {key}", "Content-Type": "application/json"},
        )
        response = connection.getresponse()
        content = response.read()
    finally:
        connection.close()
    if response.status != _OK:
        raise Failed(f"the service answered {response.status}: {content.decode()}")
    return msgspec.json.decode(content, type=dict[str, Any])
