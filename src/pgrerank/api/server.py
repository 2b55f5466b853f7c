"""Serving the application on a socket."""

import signal
import socket
from collections.abc import Callable, Generator
from contextlib import contextmanager
from threading import current_thread, main_thread

import uvicorn
from litestar import Litestar

from pgrerank.api.listening import BACKLOG, bound, url

#: seconds that requests under way are given to finish once a stop is asked for
GRACE_S = 30


async def serve(
    app: Litestar,
    host: str,
    port: int,
    *,
    grace_s: int = GRACE_S,
    listening: Callable[[str], None] = lambda _: None,
) -> None:
    """Serve until SIGINT or SIGTERM; then finish what is under way and return.

    Args:
        app: The application.
        host: Address to listen on.
        port: Port to listen on; 0: any free one.
        grace_s: Seconds to wait for requests under way; what is left after it is cancelled.
        listening: Called with the URL as soon as connections are accepted.

    Raises:
        OSError: The address cannot be bound.
    """
    with bound(host, port) as listener:
        await serve_on(app, listener, grace_s=grace_s, listening=listening)


async def serve_on(
    app: Litestar,
    listener: socket.socket,
    *,
    grace_s: int = GRACE_S,
    listening: Callable[[str], None] = lambda _: None,
) -> None:
    """The same on a socket that is bound already.

    Raises:
        OSError: Another process has begun to listen there.
    """
    listener.listen(BACKLOG)
    listening(url(listener))
    await _Server(_config(app, grace_s)).serve(sockets=[listener])


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Generator[None]:
        """Stop on the usual signals and return.

        Uvicorn's own version raises them again at the end, which would kill the process before
        the caller has closed its pools and models.
        """
        if current_thread() is not main_thread():
            yield
            return
        numbers = (signal.SIGINT, signal.SIGTERM)
        before = {number: signal.signal(number, self.handle_exit) for number in numbers}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def _config(app: Litestar, grace_s: int) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        log_config=None,  # observe.py has configured logging
        access_log=False,  # the Envelope reports every request
        server_header=False,
        lifespan="on",
        timeout_graceful_shutdown=grace_s,
    )
