"""The search route."""

from dataclasses import replace
from typing import Any

from litestar import Request, Response, post
from litestar.params import JSONBody

from pgrerank.api import auth, media
from pgrerank.api.bounds import Body
from pgrerank.api.call import TheCall
from pgrerank.api.errors import response_specs
from pgrerank.api.v1.schema import requests
from pgrerank.api.v1.schema.search import SearchResponse
from pgrerank.domain.candidate import SearchOutcome
from pgrerank.domain.errors import TooLargeError
from pgrerank.domain.limits import Limits
from pgrerank.domain.tenant import Scope
from pgrerank.usecases import search as use_case


@post(
    "/collections/{name:str}/search",
    tags=["search"],
    summary="Search a collection",
    operation_id="search",
    body=Body.SEARCH,
    abandonable=True,
    status_code=200,
    guards=[auth.needs(Scope.SEARCH), media.json_only],
    responses=response_specs(400, 401, 403, 404, 409, 413, 415, 429, 500, 503),
)
async def search(
    *,
    request: Request[Any, Any, Any],
    name: requests.Name,
    data: JSONBody[requests.Search],
    call: TheCall,
) -> Response[SearchResponse]:
    """Find candidates with the legs of `strategy`, rerank them in the budget, and log the order.

    `rerank.status` is `full`, `partial` (the budget ran out), `skipped` (reranking cannot pay off,
    the service is busy, or the tenant's quota is used up; in the last two cases the response has
    Retry-After) or `failed`. `rerank.reason` gives the cause.
    """
    check_length(data.query, call.limits)
    search_request = data.request(call.caller.key_id)
    ranking = await use_case.search(call.services, call.tenant_id, name, search_request)
    ranking = replace(ranking, timings_ms=auth.stage_times(request, ranking.timings_ms))
    call.observer.record_search(name, search_request, ranking)
    return Response(
        SearchResponse.of(ranking, explained=search_request.explain),
        headers={"Server-Timing": server_timing(ranking.timings_ms)} | _retry_after(ranking),
    )


def check_length(query: str, limits: Limits) -> None:
    """Refuse a query that is too long. Raises TooLargeError."""
    if len(query) > limits.query_characters:
        raise TooLargeError(
            "query", size=len(query), limit=limits.query_characters, unit="characters"
        )


def _retry_after(ranking: SearchOutcome) -> dict[str, str]:
    wait_s = ranking.rerank.retry_after_s
    return {} if wait_s is None else {"Retry-After": str(wait_s)}


def server_timing(timings_ms: dict[str, float]) -> str:
    """Value of the Server-Timing header for the stages of a request."""
    return ", ".join(f"{stage};dur={spent_ms}" for stage, spent_ms in timings_ms.items())


ROUTES = [search]
