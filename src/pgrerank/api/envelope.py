"""Wraps every request: its id, the context of its log lines, and its metrics."""

import re
from time import perf_counter

import structlog
from litestar.enums import HttpMethod
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send
from uuid_utils.compat import uuid7

from pgrerank.ports.observer import Observer

HEADER = b"x-request-id"
#: recorded status if the caller disconnected before the response began, as in nginx
LEFT = 499
_ID = re.compile(rb"[!-~]{1,128}")


class Envelope:
    """Outermost ASGI layer, so that it also sees errors of the router.

    HEAD requests are handled as GET; the response has no body.

    A caller may set the request id in X-Request-ID: 1 to 128 visible ASCII characters. Any other
    value is replaced by a new id.
    """

    def __init__(self, app: ASGIApp, observer: Observer) -> None:
        self._app = app
        self._observer = observer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = _request_id(scope)
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id.decode())
        method, scope = scope["method"], _with_get(scope)
        started, status = perf_counter(), LEFT

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (HEADER, request_id)]
            elif message["type"] == "http.response.body" and method == "HEAD":
                message["body"] = b""
            await send(message)

        try:
            await self._app(scope, receive, send_with_id)
        finally:
            route = scope.get("path_template") or "unmatched"
            self._observer.record_answer(method, route, status, perf_counter() - started)


def _with_get(scope: HTTPScope) -> HTTPScope:
    if scope["method"] != "HEAD":
        return scope
    copied = scope.copy()
    copied["method"] = HttpMethod.GET
    return copied


def _request_id(scope: Scope) -> bytes:
    header = next((value for name, value in scope["headers"] if name == HEADER), b"")
    return header if _ID.fullmatch(header) else str(uuid7()).encode()
