"""pgrerank serve."""

import asyncio
import gc
import sys
from typing import TYPE_CHECKING

import click
import msgspec

from pgrerank.cli.command import Command, Failed, examples, read_settings
from pgrerank.settings import Settings

if TYPE_CHECKING:
    from socket import socket

#: seconds after which a computing thread yields the interpreter
_SWITCH_S = 0.0002


@click.command(
    cls=Command,
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
    """Run the HTTP service until it is stopped; requests in progress are finished first.

    Does not start if the database is not migrated, or if its login bypasses row-level security,
    and shows how to fix that.
    """
    settings = read_settings(context)
    options = {"host": host, "port": port}
    changed = {name: value for name, value in options.items() if value is not None}
    asyncio.run(_serve(msgspec.structs.replace(settings, **changed)))


async def _serve(settings: Settings) -> None:
    from pgrerank.api.listening import bind_socket

    try:
        with bind_socket(
            settings.host, settings.port
        ) as listener:  # before the models, which take long to load
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
    """Shorten the event loop's waits for threads and garbage collection.

    Whenever the loop wakes up while a thread computes, it waits for the interpreter, 5 ms by
    default. Objects loaded by now stay, so garbage collection need not scan them.
    """
    sys.setswitchinterval(_SWITCH_S)
    gc.collect()
    gc.freeze()


def _announce(url: str) -> None:
    click.echo(f"pgrerank listens on {url}, its API is described at {url}/docs", err=True)
