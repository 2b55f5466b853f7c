"""pgrerank serve."""

import asyncio
import gc
import sys
from typing import TYPE_CHECKING

import click
import msgspec
from rich_click import RichCommand

from pgrerank.cli.command import Failed, examples, settings
from pgrerank.settings import Settings

if TYPE_CHECKING:
    from socket import socket

#: seconds after which a thread that computes lets another go on
_SWITCH_S = 0.0002


@click.command(
    cls=RichCommand,
    epilog=examples(
        "pgrerank serve",
        "pgrerank serve --host 0.0.0.0 --port 8000",
        "PGRERANK_DATABASE_URL=postgresql://... pgrerank serve",
    ),
)
@click.option("--host", help="Address to listen on. Default: PGRERANK_HOST, or 127.0.0.1.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    help="Port to listen on; 0: any free one. Default: PGRERANK_PORT, or 8080.",
)
@click.pass_context
def serve(context: click.Context, *, host: str | None, port: int | None) -> None:
    """Run the HTTP service until it is told to stop; then finish what is under way.

    Refuses a database that is not migrated, or a login that row-level security does not bind, and
    says what mends it.
    """
    found = settings(context)
    given = {"host": host, "port": port}
    changed = {name: value for name, value in given.items() if value is not None}
    asyncio.run(_serve(msgspec.structs.replace(found, **changed)))


async def _serve(settings: Settings) -> None:
    from pgrerank.api.listening import bind_socket

    try:
        with bind_socket(
            settings.host, settings.port
        ) as listener:  # first: models take long to load
            await _serve_on(settings, listener)
    except OSError as error:
        raise Failed(
            f"cannot listen on {settings.host}:{settings.port}: {error.strerror}"
        ) from error


async def _serve_on(settings: Settings, listener: "socket") -> None:
    from pgrerank import wiring
    from pgrerank.api.server import serve_on

    async with wiring.service(settings) as app:
        _share_the_interpreter()
        await serve_on(app, listener, drain_s=settings.drain_seconds, listening=_announce)


def _share_the_interpreter() -> None:
    """Let the event loop wait less for threads and for the collector of garbage.

    The loop waits for the interpreter whenever it wakes up while a thread computes: 5 ms each time
    by default. What is loaded by now stays, and need not be looked through at each collection.
    """
    sys.setswitchinterval(_SWITCH_S)
    gc.collect()
    gc.freeze()


def _announce(url: str) -> None:
    click.echo(f"pgrerank listens on {url}, its API is described at {url}/docs", err=True)
