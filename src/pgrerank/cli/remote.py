"""Commands that call a running service instead of using their own database and models."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import click

from pgrerank.cli.command import Failed, Misused
from pgrerank.settings import Settings

if TYPE_CHECKING:
    from pgrerank.client import AsyncClient

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """URL and API key of a running service."""

    url: str
    key: str


def options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--url` and `--key` to a command."""
    url = click.option(
        "--url",
        metavar="URL",
        help="Use the service at this URL instead of loading models here. Default: PGRERANK_URL.",
    )
    key = click.option(
        "--key",
        metavar="KEY",
        help="API key of the service. Prefer PGRERANK_KEY, which the process list does not show.",
    )
    return url(key(command))


def service(settings: Settings, url: str | None, key: str | None) -> Service | None:
    """Service to call, or None if no URL is set. Raises Misused if its key is missing."""
    address, secret = url or settings.url, key or settings.key
    if address is None:
        if key is not None:
            raise Misused("--key goes with --url or PGRERANK_URL")
        return None
    if secret is None:
        raise Misused("set PGRERANK_KEY to an API key of the service, with the scope `search`")
    return Service(url=address, key=secret)


def ask(place: Service, call: "Callable[[AsyncClient], Awaitable[Answer]]") -> Answer:
    """Send a call to the service and return its answer. Raises Failed with its error message."""
    return asyncio.run(_ask(place, call))


async def _ask(place: Service, call: "Callable[[AsyncClient], Awaitable[Answer]]") -> Answer:
    from pgrerank.client import AsyncClient, ClientError

    try:
        async with AsyncClient(place.url, place.key) as client:
            return await call(client)
    except ClientError as error:
        raise Failed(str(error)) from error
