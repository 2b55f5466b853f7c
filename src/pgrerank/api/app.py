"""The ASGI application: routes, middleware and error handlers."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from litestar import Litestar, Request, Router
from litestar.datastructures import State
from litestar.di import Provide
from litestar.plugins.problem_details import ProblemDetailsPlugin
from litestar.types import Middleware

from pgrerank.api import auth, bounds, framework, health, openapi, parameters
from pgrerank.api.call import LIMITS, OBSERVER, SERVICES, call
from pgrerank.api.compat import routes
from pgrerank.api.document_path import DocumentPath
from pgrerank.api.envelope import Envelope
from pgrerank.api.hangup import HangUp
from pgrerank.api.malformed import JsonRequest
from pgrerank.api.readiness import READINESS, Readiness, Ready
from pgrerank.api.v1 import (
    calibrations,
    collections,
    documents,
    evaluations,
    explain,
    judgments,
    keys,
    rankings,
    rerank,
    search,
    tenants,
    terms,
    thresholds,
)
from pgrerank.domain.limits import Limits
from pgrerank.ports.observer import Observer
from pgrerank.ports.services import Services

#: routes without authentication
OPEN_ROUTES = [health.live, health.ready, health.metrics, openapi.document]
TENANT_ROUTES = [
    *collections.ROUTES,
    *terms.ROUTES,
    *documents.ROUTES,
    *search.ROUTES,
    *rerank.ROUTES,
    *rankings.ROUTES,
    *explain.ROUTES,
    *evaluations.ROUTES,
    *judgments.ROUTES,
    *calibrations.ROUTES,
    *thresholds.ROUTES,
    *keys.ROUTES,
]


def create_app(
    services: Services,
    *,
    limits: Limits,
    ready: Ready,
    observer: Observer,
    operator_token: str | None = None,
    on_shutdown: Sequence[Callable[[], Awaitable[None]]] = (),
) -> Litestar:
    """The service as an ASGI application.

    Args:
        services: The ports for the use cases.
        limits: Limits of a request and of a key.
        ready: Returns `ok` or the fault of each part, for /health/ready.
        observer: Records every search, ingest and response.
        operator_token: Token for the tenant routes; None: they are closed.
        on_shutdown: Called in order when the server stops, after the last response.
    """
    readiness = Readiness(ready, services.clock.monotonic)
    authenticated = auth.middleware(limits)
    app = Litestar(
        route_handlers=[
            *OPEN_ROUTES,
            _tenant_router(authenticated),
            _operator_router(operator_token),
            *routes.routers(limits, authenticated),
        ],
        dependencies={name: _of_state(name) for name in (SERVICES, OBSERVER, READINESS)},
        state=State({SERVICES: services, OBSERVER: observer, READINESS: readiness, LIMITS: limits}),
        request_class=JsonRequest,
        opt={bounds.TABLE: bounds.table(limits)},
        plugins=[ProblemDetailsPlugin()],
        exception_handlers=framework.handlers(limits),
        after_exception=[framework.log_unexpected],
        request_max_body_size=limits.body_bytes,
        openapi_config=openapi.config(),
        logging_config=None,  # observe.py has configured logging
        on_shutdown=list(on_shutdown),
    )
    # Litestar runs middleware only for requests that match a route. Envelope wraps all requests.
    app.asgi_handler = Envelope(HangUp(DocumentPath(app.asgi_handler)), observer)
    return app


def _tenant_router(authenticated: list[Middleware]) -> Router:
    return Router(
        "/v1",
        route_handlers=TENANT_ROUTES,
        middleware=authenticated,
        guards=[parameters.refuse_unknown],
        dependencies={"call": Provide(call, sync_to_thread=False)},
        security=[{openapi.KEY: []}],
    )


def _operator_router(token: str | None) -> Router:
    return Router(
        "/v1/tenants",
        route_handlers=tenants.ROUTES,
        guards=[auth.operator_only(token), parameters.refuse_unknown],
        security=[{openapi.OPERATOR: []}],
    )


def _of_state(name: str) -> Provide:
    def provide(request: Request[Any, Any, State]) -> object:
        return request.app.state[name]

    return Provide(provide, sync_to_thread=False)
