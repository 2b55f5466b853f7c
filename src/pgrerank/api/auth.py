"""Authentication: API keys for tenants' routes, the operator token for the tenant routes."""

import hmac
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import structlog
from litestar import Request
from litestar.handlers import BaseRouteHandler
from litestar.middleware.authentication import (
    AbstractAuthenticationMiddleware,
    AuthenticationResult,
)
from litestar.middleware.rate_limit import RateLimitConfig
from litestar.types import Middleware

from pgrerank.api.call import SERVICES
from pgrerank.api.errors import OperatorRoutesClosedError, OperatorTokenError
from pgrerank.api.media import Connection
from pgrerank.domain.limits import Limits
from pgrerank.domain.stopwatch import Stopwatch
from pgrerank.domain.tenant import Scope
from pgrerank.ports.services import Services
from pgrerank.usecases import access

#: asynchronous: Litestar runs a plain function in a thread, which costs more than the check
Guard = Callable[[Connection, BaseRouteHandler], Awaitable[None]]


class Authenticate(AbstractAuthenticationMiddleware):
    """Middleware that resolves `Authorization: Bearer <key>` to a Caller, or refuses."""

    async def authenticate_request(self, connection: Connection) -> AuthenticationResult:
        """Look up the key. Sets `user` to the Caller, `auth` to the milliseconds spent.

        Raises:
            AuthenticationError: The key is missing or not valid.
        """
        services: Services = connection.app.state[SERVICES]
        watch = Stopwatch(services.clock.monotonic)
        caller = await access.authenticate(services, bearer(connection))
        structlog.contextvars.bind_contextvars(
            tenant_id=str(caller.tenant_id), key_id=str(caller.key_id)
        )
        return AuthenticationResult(user=caller, auth=watch.timings()["total"])


def middleware(limits: Limits) -> list[Middleware]:
    """Authentication, then the rate limit of the key if one is configured."""
    if limits.requests_per_minute == 0:
        return [Authenticate]
    rate = RateLimitConfig(
        rate_limit=("minute", limits.requests_per_minute),
        identifier_for_request=_key_id,
        check_throttle_handler=_has_caller,
    )
    return [Authenticate, rate.middleware]


def _key_id(request: Request[Any, Any, Any]) -> str:
    return str(request.user.key_id)


def _has_caller(request: Request[Any, Any, Any]) -> bool:
    """Whether the request is authenticated. OPTIONS requests are not."""
    return "user" in request.scope


def stage_times(
    request: Request[Any, Any, Any], timings_ms: Mapping[str, float]
) -> dict[str, float]:
    """Milliseconds by stage, with authentication as first stage and part of the total."""
    spent_ms: float = request.auth
    total = round(spent_ms + timings_ms["total"], 3)
    return {"authenticate": spent_ms, **timings_ms, "total": total}


def needs(scope: Scope) -> Guard:
    """A guard that accepts only keys with this scope."""

    async def guard(connection: Connection, _: BaseRouteHandler) -> None:
        connection.user.require(scope)

    return guard


def operator_only(token: str | None) -> Guard:
    """A guard that accepts only this operator token. None: it refuses every caller."""

    async def guard(connection: Connection, _: BaseRouteHandler) -> None:
        if token is None:
            raise OperatorRoutesClosedError
        credential = bearer(connection) or ""
        if not hmac.compare_digest(credential.encode(), token.encode()):
            raise OperatorTokenError

    return guard


def bearer(connection: Connection) -> str | None:
    """The credentials of the Authorization header; None: there are none of the scheme Bearer."""
    scheme, _, credentials = connection.headers.get("authorization", "").partition(" ")
    return credentials.strip() if scheme.lower() == "bearer" else None
