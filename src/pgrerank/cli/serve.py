"""pgrerank serve."""

import asyncio
import gc
import signal
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

import click
import msgspec

from pgrerank.cli.command import Command, Failed, examples, read_settings
from pgrerank.settings import MAX_WORKERS, Settings

if TYPE_CHECKING:
    from socket import socket

#: seconds after which a computing thread yields the interpreter
_SWITCH_S = 0.0002


@click.command(
    cls=Command,
    epilog=examples(
        "pgrerank serve",
        "pgrerank serve --host 0.0.0.0 --port 8000",
        "pgrerank serve --workers 4",
        "PGRERANK_DATABASE_URL=postgresql://... pgrerank serve",
    ),
)
@click.option("--host", help="Address to listen on. Default: PGRERANK_HOST, or 127.0.0.1.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    help="Port to listen on; 0: any free one. Default: PGRERANK_PORT, or 8080.",
)
@click.option(
    "--workers",
    type=click.IntRange(1, MAX_WORKERS),
    help="Processes, each with its own models. Default: PGRERANK_WORKERS, or 1.",
)
@click.option("--socket", "descriptor", type=int, hidden=True, help="Run as a worker on this one.")
@click.pass_context
def serve(
    context: click.Context,
    *,
    host: str | None,
    port: int | None,
    workers: int | None,
    descriptor: int | None,
) -> None:
    """Run the HTTP service until it is stopped; requests in progress are finished first.

    With --workers, several processes share the port, and one that dies is started again.

    Does not start if the database is not migrated, or if its login bypasses row-level security,
    and shows how to fix that.
    """
    settings = read_settings(context)
    options = {"host": host, "port": port, "workers": workers}
    changed = {name: value for name, value in options.items() if value is not None}
    settings = msgspec.structs.replace(settings, **changed)
    asyncio.run(_serve(settings) if descriptor is None else _work(settings, descriptor))


async def _serve(settings: Settings) -> None:
    from pgrerank.api.listening import bind_socket

    try:
        with bind_socket(
            settings.host, settings.port
        ) as listener:  # before the models, which take long to load
            if settings.workers > 1:
                await _serve_in_workers(settings, listener)
            else:
                await _serve_on(settings, listener, _announce)
    except OSError as error:
        raise Failed(
            f"cannot listen on {settings.host}:{settings.port}: {error.strerror}"
        ) from error


async def _serve_in_workers(settings: Settings, listener: "socket") -> None:
    from pgrerank import wiring
    from pgrerank.api.listening import url

    address = url(listener)
    await wiring.serve_in_workers(settings, listener.fileno(), ready=lambda: _announce(address))


async def _work(settings: Settings, descriptor: int) -> None:
    """Serve as one of several workers, until a signal or the end of the process that started it."""
    from socket import socket

    asyncio.get_running_loop().add_reader(sys.stdin.fileno(), _stop)
    with socket(fileno=descriptor) as listener:
        await _serve_on(settings, listener, lambda _: click.echo("ready"))


def _stop() -> None:
    """Stop like on SIGTERM. Standard input has ended, as nothing is ever written to it."""
    asyncio.get_running_loop().remove_reader(sys.stdin.fileno())
    signal.raise_signal(signal.SIGTERM)


async def _serve_on(
    settings: Settings, listener: "socket", listening: Callable[[str], None]
) -> None:
    from pgrerank import wiring
    from pgrerank.api.server import serve_on

    async with wiring.service(settings) as app:
        _share_the_interpreter()
        await serve_on(app, listener, drain_s=settings.drain_seconds, listening=listening)


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
