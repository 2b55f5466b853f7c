"""Routes for liveness, readiness and metrics."""

from typing import Annotated

from litestar import MediaType, Response, get
from litestar.openapi.datastructures import ResponseSpec
from msgspec import Meta, Struct

from pgrerank.api.injected import TheObserver, TheReadiness
from pgrerank.api.readiness import OK

EXPOSITION = "text/plain; version=1.0.0"  # Litestar adds the charset


class Health(Struct, frozen=True, kw_only=True):
    """State of the service."""

    status: Annotated[str, Meta(description="`ok` or `unavailable`.")]
    parts: Annotated[
        dict[str, str], Meta(description="State of each part: `ok`, or why it is not.")
    ]


@get("/health/live", tags=["operations"], summary="Check liveness")
async def live() -> Health:
    """Responds as long as the event loop runs. Use it for liveness probes."""
    return Health(status=OK, parts={})


@get(
    "/health/ready",
    tags=["operations"],
    summary="Check readiness",
    responses={
        503: ResponseSpec(Health, description="A part is not ready", generate_examples=False)
    },
)
async def ready(readiness: TheReadiness) -> Response[Health]:
    """State of PostgreSQL, the models and the migrations. Use it for load balancers.

    The parts are checked at most once per second. Responds 503 if one is not ready, and from the
    moment the service is asked to stop, while it still handles requests.
    """
    parts = await readiness.parts()
    serves = all(state == OK for state in parts.values())
    health = Health(status=OK if serves else "unavailable", parts=parts)
    return Response(health, status_code=200 if serves else 503)


@get(
    "/metrics",
    tags=["operations"],
    summary="Get metrics for Prometheus",
    media_type=MediaType.TEXT,
    sync_to_thread=False,
)
def metrics(observer: TheObserver) -> Response[bytes]:
    """Metrics of this process in Prometheus text format."""
    return Response(observer.exposition(), media_type=EXPOSITION)
