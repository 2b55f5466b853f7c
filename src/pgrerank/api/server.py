"""Serves the application on a socket."""

import signal
import socket
from collections.abc import Callable, Generator
from contextlib import contextmanager
from threading import current_thread, main_thread
from time import monotonic
from types import FrameType

import uvicorn
from litestar import Litestar

from pgrerank.api.listening import BACKLOG, bind_socket, url
from pgrerank.api.readiness import READINESS, Readiness

#: seconds that running requests get to finish after the stop
GRACE_S = 30


async def serve(
    app: Litestar,
    host: str,
    port: int,
    *,
    drain_s: float = 0,
    grace_s: int = GRACE_S,
    listening: Callable[[str], None] = lambda _: None,
) -> None:
    """Serve until SIGINT or SIGTERM, then finish running requests and return.

    From SIGTERM on, the readiness check fails, and new requests are still handled for `drain_s`,
    until balancers notice. A second signal stops the server at once.

    Args:
        app: The application.
        host: Address to listen on.
        port: Port to listen on; 0: any free port.
        drain_s: Seconds after SIGTERM in which new requests are still handled.
        grace_s: Seconds to wait for running requests; then they are cancelled.
        listening: Called with the URL as soon as connections are accepted.

    Raises:
        OSError: The address cannot be bound.
    """
    with bind_socket(host, port) as listener:
        await serve_on(app, listener, drain_s=drain_s, grace_s=grace_s, listening=listening)


async def serve_on(
    app: Litestar,
    listener: socket.socket,
    *,
    drain_s: float = 0,
    grace_s: int = GRACE_S,
    listening: Callable[[str], None] = lambda _: None,
) -> None:
    """Serve like `serve`, on a socket that is already bound.

    Raises:
        OSError: Another process listens on that address.
    """
    listener.listen(BACKLOG)
    listening(url(listener))
    server = _Server(_config(app, grace_s), app.state[READINESS], drain_s)
    await server.serve(sockets=[listener])


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, readiness: Readiness, drain_s: float) -> None:
        super().__init__(config)
        self._readiness = readiness
        self._drain_s = drain_s
        self._stop_at: float | None = None

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002 - as uvicorn calls it
        """Drain on SIGTERM, stop on SIGINT. A second signal of either stops at once."""
        if self._stop_at is not None:
            self.should_exit = self.force_exit = True
            return
        self._readiness.drain()
        self._stop_at = monotonic() + (self._drain_s if sig == signal.SIGTERM else 0)
        self.should_exit = self._stop_at <= monotonic()

    async def on_tick(self, counter: int) -> bool:
        """Whether to stop. Uvicorn calls it ten times per second."""
        if self._stop_at is not None and monotonic() >= self._stop_at:
            self.should_exit = True
        return await super().on_tick(counter)

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        """Handle SIGINT and SIGTERM in the context.

        Uvicorn's own version raises the signals again at the end, which would kill the process
        before the caller has closed its pools and models.
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
        http="httptools",  # half a millisecond faster per request than h11
        log_config=None,  # observe.py has configured logging
        access_log=False,  # the Envelope reports every request
        server_header=False,
        lifespan="on",
        timeout_graceful_shutdown=grace_s,
    )
