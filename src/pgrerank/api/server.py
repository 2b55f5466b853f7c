"""Serving the application on a socket."""

import signal
import socket
from collections.abc import Callable, Generator
from contextlib import contextmanager
from threading import current_thread, main_thread

import uvicorn
from litestar import Litestar

#: seconds that requests under way are given to finish once a stop is asked for
GRACE_S = 30
BACKLOG = 2048


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
    with _bound(host, port) as bound:
        listening(_url(bound))
        await _Server(_config(app, grace_s)).serve(sockets=[bound])


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


def _bound(host: str, port: int) -> socket.socket:
    """A listening socket whose connections send what is written at once.

    An answer is written in two parts, headers and body. Under Nagle's algorithm the second waits
    for the acknowledgement of the first, which a client delays by 40 ms. asyncio turns the
    algorithm off only for sockets that name their protocol, which those of `create_server` do not.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.create_server((host, port), family=family, backlog=BACKLOG)
    bound.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return bound


def _url(bound: socket.socket) -> str:
    host, port = bound.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
