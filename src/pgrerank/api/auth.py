"""Who is asking: API keys for tenants' routes, the operator's token for the tenants themselves."""

import hmac
from collections.abc import Callable

import structlog
from litestar import Request
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler
from litestar.middleware.authentication import (
    AbstractAuthenticationMiddleware,
    AuthenticationResult,
)
from litestar.middleware.base import DefineMiddleware
from litestar.middleware.rate_limit import RateLimitConfig
from litestar.types import ASGIApp

from pgrerank.api.errors import OperatorRoutesClosedError, OperatorTokenError
from pgrerank.domain.limits import Limits
from pgrerank.domain.tenant import Caller, Scope
from pgrerank.ports import House
from pgrerank.usecases import access

Connection = ASGIConnection[BaseRouteHandler, Caller, None, object]
Guard = Callable[[Connection, BaseRouteHandler], None]


class Authenticate(AbstractAuthenticationMiddleware):
    """Turns `Authorization: Bearer <key>` into the Caller, or refuses."""

    def __init__(self, app: ASGIApp, house: House) -> None:
        super().__init__(app)
        self._house = house

    async def authenticate_request(self, connection: ASGIConnection) -> AuthenticationResult:
        """Look the key up. Raises AuthenticationError."""
        caller = await access.authenticate(self._house, bearer(connection))
        structlog.contextvars.bind_contextvars(
            tenant_id=str(caller.tenant_id), key_id=str(caller.key_id)
        )
        return AuthenticationResult(user=caller, auth=None)


def middleware(house: House, limits: Limits) -> list[DefineMiddleware]:
    """Authentication, then the rate limit of the key, where there is one."""
    authentication = DefineMiddleware(Authenticate, house=house)
    if limits.requests_per_minute == 0:
        return [authentication]
    rate = RateLimitConfig(
        rate_limit=("minute", limits.requests_per_minute),
        identifier_for_request=lambda request: str(request.user.key_id),
    )
    return [authentication, rate.middleware]


def caller(request: Request[Caller, object, object]) -> Caller:
    """The caller, for handlers."""
    return request.user


def needs(scope: Scope) -> Guard:
    """A guard that lets only keys with this scope pass."""

    def guard(connection: Connection, _: BaseRouteHandler) -> None:
        connection.user.require(scope)

    return guard


def operator_only(token: str | None) -> Guard:
    """A guard that lets only the operator's token pass, and nobody where none is configured."""

    def guard(connection: Connection, _: BaseRouteHandler) -> None:
        if token is None:
            raise OperatorRoutesClosedError
        given = bearer(connection) or ""
        if not hmac.compare_digest(given.encode(), token.encode()):
            raise OperatorTokenError

    return guard


def bearer(connection: ASGIConnection) -> str | None:
    """The credentials of an Authorization header with the scheme Bearer."""
    scheme, _, credentials = connection.headers.get("authorization", "").partition(" ")
    return credentials.strip() if scheme.lower() == "bearer" else None
