"""Whether the process lives, whether it can serve, and what it has counted."""

from typing import Annotated

from litestar import MediaType, Response, get
from litestar.openapi.datastructures import ResponseSpec
from msgspec import Meta, Struct

from pgrerank.api.injected import TheObserver, TheReadiness
from pgrerank.api.readiness import OK

EXPOSITION = "text/plain; version=1.0.0"  # Litestar adds the charset


class Health(Struct, frozen=True, kw_only=True):
    """How the service fares."""

    status: Annotated[str, Meta(description="`ok` or `unavailable`.")]
    parts: Annotated[
        dict[str, str], Meta(description="Each part with `ok`, or the reason it is not.")
    ]


@get("/health/live", tags=["operations"], summary="Is the process alive?")
async def live() -> Health:
    """Answers as long as the event loop runs. For liveness probes."""
    return Health(status=OK, parts={})


@get(
    "/health/ready",
    tags=["operations"],
    summary="Can it serve?",
    responses={503: ResponseSpec(Health, description="A part is missing", generate_examples=False)},
)
async def ready(readiness: TheReadiness) -> Response[Health]:
    """Postgres, the models and the migrations, asked once a second at most. For load balancers.

    503 as well from the first word that the service is to stop, while it still answers.
    """
    parts = await readiness.parts()
    serves = all(state == OK for state in parts.values())
    health = Health(status=OK if serves else "unavailable", parts=parts)
    return Response(health, status_code=200 if serves else 503)


@get(
    "/metrics",
    tags=["operations"],
    summary="Counts for Prometheus",
    media_type=MediaType.TEXT,
    sync_to_thread=False,
)
def metrics(observer: TheObserver) -> Response[bytes]:
    """Prometheus text format. Counts are of this process alone."""
    return Response(observer.exposition(), media_type=EXPOSITION)
