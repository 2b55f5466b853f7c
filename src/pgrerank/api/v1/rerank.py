"""The route that ranks supplied documents."""

from dataclasses import replace
from functools import partial
from typing import Any

from litestar import Request, Response, post
from litestar.params import JSONBody

from pgrerank.api import auth, encoded, media
from pgrerank.api.bounds import Body
from pgrerank.api.call import TheCall
from pgrerank.api.errors import response_specs
from pgrerank.api.v1.schema.rerank import Rank, RerankResponse
from pgrerank.api.v1.search import check_length, server_timing
from pgrerank.domain.offload import items, offload
from pgrerank.domain.tenant import Scope
from pgrerank.usecases import rerank as use_case


@post(
    "/rankings",
    tags=["search"],
    summary="Rank supplied documents",
    operation_id="rank",
    body=Body.TEXTS,
    abandonable=True,
    status_code=200,
    guards=[auth.needs(Scope.SEARCH), media.json_only],
    responses=response_specs(400, 401, 403, 404, 409, 413, 415, 429, 500, 503),
)
async def rank(
    *,
    request: Request[Any, Any, Any],
    data: JSONBody[Rank],
    call: TheCall,
) -> Response[RerankResponse]:
    """Score the documents in the request against a query, order them, and log the order.

    The reranker, the limits, the quota and the calibration of searches apply. Documents are dropped
    only by `limit` and thresholds.
    """
    check_length(data.query, call.limits)
    rank_request = await offload(
        partial(data.request, call.caller.key_id), items=items(data.documents)
    )
    ranked = await use_case.rerank(call.services, call.tenant_id, rank_request)
    ranked = replace(ranked, timings_ms=auth.stage_times(request, ranked.timings_ms))
    call.observer.record_ranking(rank_request, ranked)
    return await encoded.respond(
        partial(RerankResponse.of, ranked, explained=data.explain),
        items=len(ranked.results),
        headers={"Server-Timing": server_timing(ranked.timings_ms)},
    )


ROUTES = [rank]
