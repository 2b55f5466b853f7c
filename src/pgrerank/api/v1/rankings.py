"""Routes of the rerank log."""

from functools import partial
from typing import Annotated
from uuid import UUID

from litestar import Response, get
from litestar.params import FromPath, FromQuery, QueryParameter

from pgrerank.api import auth, encoded, forms
from pgrerank.api.call import TheCall
from pgrerank.api.errors import response_specs
from pgrerank.api.v1.schema import requests
from pgrerank.api.v1.schema.rankings import RankingPage, RankingResponse
from pgrerank.domain.candidate import RerankStatus
from pgrerank.domain.ids import RankingId
from pgrerank.domain.log import RankingFilter, RankingSource
from pgrerank.domain.tenant import Scope

TAGS = ["search"]


@get(
    "/rankings",
    tags=TAGS,
    summary="List past searches",
    operation_id="listRankings",
    guards=[auth.needs(Scope.SEARCH)],
    responses=response_specs(400, 401, 403, 429, 500, 503),
)
async def list_rankings(
    *,
    call: TheCall,
    collection: Annotated[str | None, QueryParameter(pattern=forms.NAME)] = None,
    source: Annotated[
        RankingSource | None,
        QueryParameter(description="`search`, or `api`: rankings of supplied documents."),
    ] = None,
    status: FromQuery[RerankStatus | None] = None,
    since: Annotated[
        requests.Instant | None,
        QueryParameter(description="Only entries from this instant on, with time zone."),
    ] = None,
    until: Annotated[
        requests.Instant | None,
        QueryParameter(description="Only entries before this instant, with time zone."),
    ] = None,
    limit: requests.PageLimit = requests.PAGE,
    cursor: requests.Cursor = None,
) -> Response[RankingPage]:
    """Entries of the tenant's rerank log, newest first, without candidates."""
    ranking_filter = RankingFilter(
        collection=collection,
        source=source,
        status=status,
        since=since,
        until=until,
    )
    page = await call.services.rankings.page(
        call.tenant_id, ranking_filter, limit=limit, cursor=cursor
    )
    return await encoded.respond(partial(RankingPage.of, page), items=len(page.items))


@get(
    "/rankings/{ranking_id:uuid}",
    tags=TAGS,
    summary="Get a past search",
    operation_id="getRanking",
    guards=[auth.needs(Scope.SEARCH)],
    responses=response_specs(400, 401, 403, 404, 429, 500, 503),
)
async def get_ranking(ranking_id: FromPath[UUID], call: TheCall) -> Response[RankingResponse]:
    """A logged search with the ranks and scores of every candidate at each stage.

    A ranking of supplied documents has `documents` instead of `candidates`.
    """
    logged = await call.services.rankings.get(call.tenant_id, RankingId(ranking_id))
    return await encoded.respond(
        lambda: RankingResponse.of(logged, whole=True), items=len(logged.documents)
    )


ROUTES = [list_rankings, get_ranking]
