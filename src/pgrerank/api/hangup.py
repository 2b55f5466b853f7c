"""Cancels the work of a request whose caller disconnects, on routes that allow it."""

import asyncio
from typing import Any, cast

from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send

#: key of a route's `opt`: without a response its work has no value, and it can stop at any point
OPTION = "abandonable"


class HangUp:
    """ASGI layer that cancels the work of a request once its connection is closed.

    Servers report a disconnect only on `receive`, which handlers no longer call once they have the
    body.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        connection = _Connection(cast("HTTPScope", scope), receive, send)
        watching = asyncio.create_task(connection.watch())
        try:
            await self._app(scope, connection.receive, connection.send)
        except asyncio.CancelledError:
            if not connection.abandoned:
                raise
        finally:
            watching.cancel()
            connection.release()


class _Connection:
    """A connection that passes the body to the handler and later messages to `watch`."""

    def __init__(self, scope: HTTPScope, receive: Receive, send: Send) -> None:
        self._scope = scope
        self._receive = receive
        self._send = send
        self._work = cast("asyncio.Task[Any]", asyncio.current_task())
        self._has_body = asyncio.Event()
        self._closed = asyncio.Event()
        self._answered = False
        #: whether the caller disconnected and the work was cancelled
        self.abandoned = False

    async def receive(self) -> Any:
        """The next message: parts of the body, then the disconnect."""
        if self._has_body.is_set():
            await self._closed.wait()
            return {"type": "http.disconnect"}
        message = await self._receive()
        if message["type"] == "http.disconnect":
            self._closed.set()
            self._has_body.set()
        elif not message.get("more_body"):
            self._has_body.set()
        return message

    async def send(self, message: Message) -> None:
        """Send a part of the response."""
        if message["type"] == "http.response.body" and not message.get("more_body"):
            self._answered = True
        await self._send(message)

    async def watch(self) -> None:
        """Wait for a disconnect after the body, and cancel the work."""
        await self._has_body.wait()
        while not self._closed.is_set():
            message = await self._receive()
            if message["type"] == "http.disconnect":
                self._closed.set()
        if not self._answered and self._may_be_abandoned():
            self.abandoned = True
            self._work.cancel()

    def release(self) -> None:
        """Let the task of the work continue after its cancellation."""
        if self.abandoned:
            self._work.uncancel()

    def _may_be_abandoned(self) -> bool:
        handler = cast("dict[str, Any]", self._scope).get("route_handler")
        return handler is not None and bool(handler.opt.get(OPTION))
