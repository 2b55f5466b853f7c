"""A caller that leaves takes its work along, where a route says that it may."""

import asyncio
from typing import Any, cast

from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send

#: of a route: its work is worth nothing without an answer, and can be broken off anywhere
OPTION = "abandonable"


class HangUp:
    """ASGI layer that cancels what a request does once its connection is closed.

    Servers tell of that only who asks, and handlers ask no more once they have the body.
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
    """Messages of the body go to the handler, and what comes behind them to the watch."""

    def __init__(self, scope: HTTPScope, receive: Receive, send: Send) -> None:
        self._scope = scope
        self._receive = receive
        self._send = send
        self._work = cast("asyncio.Task[Any]", asyncio.current_task())
        self._has_body = asyncio.Event()
        self._closed = asyncio.Event()
        self._answered = False
        #: the caller left, and the work was cancelled
        self.abandoned = False

    async def receive(self) -> Any:
        """What comes next: parts of the body, then that the caller left."""
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
        """Pass a part of the answer on."""
        if message["type"] == "http.response.body" and not message.get("more_body"):
            self._answered = True
        await self._send(message)

    async def watch(self) -> None:
        """Cancel the work when the caller is gone, once its body is read."""
        await self._has_body.wait()
        while not self._closed.is_set():
            message = await self._receive()
            if message["type"] == "http.disconnect":
                self._closed.set()
        if not self._answered and self._may_be_abandoned():
            self.abandoned = True
            self._work.cancel()

    def release(self) -> None:
        """Let the task go on that the work ran in."""
        if self.abandoned:
            self._work.uncancel()

    def _may_be_abandoned(self) -> bool:
        handler = cast("dict[str, Any]", self._scope).get("route_handler")
        return handler is not None and bool(handler.opt.get(OPTION))
