"""Commands that ask a running service in place of a database and models of their own."""

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
    """A running service and the key it is asked with."""

    url: str
    key: str


def options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command `--url` and `--key`."""
    url = click.option(
        "--url",
        metavar="URL",
        help="Ask the service at this URL; no model is loaded here. Default: PGRERANK_URL.",
    )
    key = click.option(
        "--key",
        metavar="KEY",
        help="API key for the service. PGRERANK_KEY keeps it out of the list of processes.",
    )
    return url(key(command))


def service(settings: Settings, url: str | None, key: str | None) -> Service | None:
    """The service to ask; None: there is none. Raises Misused for one without a key."""
    address, secret = url or settings.url, key or settings.key
    if address is None:
        if key is not None:
            raise Misused("--key goes with --url or PGRERANK_URL")
        return None
    if secret is None:
        raise Misused("set PGRERANK_KEY to an API key of the service, with the scope `search`")
    return Service(url=address, key=secret)


def ask(place: Service, call: "Callable[[AsyncClient], Awaitable[Answer]]") -> Answer:
    """Send a call to the service and wait for its answer. Raises Failed with what it says."""
    return asyncio.run(_ask(place, call))


async def _ask(place: Service, call: "Callable[[AsyncClient], Awaitable[Answer]]") -> Answer:
    from pgrerank.client import AsyncClient, ClientError

    try:
        async with AsyncClient(place.url, place.key) as client:
            return await call(client)
    except ClientError as error:
        raise Failed(str(error)) from error
