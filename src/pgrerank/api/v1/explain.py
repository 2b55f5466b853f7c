"""Routes about a past search: the explanation of a document, and further results."""

from typing import Annotated, Self
from uuid import UUID

from litestar import get
from litestar.params import FromPath, QueryParameter
from msgspec import Meta, Struct

from pgrerank.api import auth
from pgrerank.api.call import TheCall
from pgrerank.api.errors import response_specs
from pgrerank.api.v1.schema import requests
from pgrerank.api.v1.schema.crowding import NeighboursOfPage
from pgrerank.api.v1.schema.rankings import RankedChunk
from pgrerank.api.v1.schema.search import Result
from pgrerank.domain.document import MAX_ID_CHARACTERS
from pgrerank.domain.explanation import Explanation, Stage
from pgrerank.domain.explanation import LegPosition as Stands
from pgrerank.domain.ids import RankingId
from pgrerank.domain.request import MAX_LIMIT
from pgrerank.domain.tenant import Scope
from pgrerank.usecases import explain as use_case
from pgrerank.usecases import more_results
from pgrerank.usecases.more_results import ResultPage


class _Answer(Struct, frozen=True, kw_only=True):
    pass


class ChunkPosition(_Answer, frozen=True, kw_only=True):
    """Current rank and score of a chunk in the full list of each leg. Null: not in that list."""

    chunk_id: UUID
    ordinal: int
    passes_filter: bool
    dense_rank: int | None
    dense_score: Annotated[float | None, Meta(description="Cosine similarity, -1 to 1.")]
    keyword_rank: int | None
    keyword_score: Annotated[float | None, Meta(description="BM25, above 0.")]
    sparse_rank: int | None
    sparse_score: Annotated[
        float | None, Meta(description="Inner product of learned weights, above 0.")
    ]

    @classmethod
    def of(cls, position: Stands) -> Self:
        """Response for the position of a chunk."""
        return cls(**{name: getattr(position, name) for name in cls.__struct_fields__})


class ExplanationResponse(_Answer, frozen=True, kw_only=True):
    """What happened to a document in a search."""

    document: Annotated[str, Meta(description="Your id of the document.")]
    stage: Annotated[Stage, Meta(description="The last stage that the document reached.")]
    reason: Annotated[str, Meta(description="Explanation of `stage` in words.")]
    logged: Annotated[
        RankedChunk | None,
        Meta(description="Its best logged chunk; null: no leg returned one."),
    ]
    chunks: Annotated[
        list[ChunkPosition], Meta(description="Its chunks with their current ranks in the legs.")
    ]
    warnings: Annotated[
        list[str], Meta(description="Reasons to distrust the order of the search's results.")
    ]

    @classmethod
    def of(cls, verdict: Explanation) -> Self:
        """Response for an explanation."""
        return cls(
            document=verdict.external_id,
            stage=verdict.stage,
            reason=verdict.reason,
            logged=verdict.logged and RankedChunk.of(verdict.logged),
            chunks=[ChunkPosition.of(each) for each in verdict.chunks],
            warnings=list(verdict.warnings),
        )


class Results(_Answer, frozen=True, kw_only=True):
    """A page of the results of a past search."""

    results: list[Result]
    cursor: Annotated[
        str | None,
        Meta(description="Pass it as `cursor` to get the next page; null on the last page."),
    ]
    gone: Annotated[
        int,
        Meta(description="Number of omitted results whose document was since changed or deleted."),
    ]

    @classmethod
    def of(cls, page: ResultPage) -> Self:
        """Response for a page."""
        return cls(
            results=[Result.of(hit) for hit in page.hits], cursor=page.cursor, gone=page.gone
        )


@get(
    "/rankings/{ranking_id:uuid}/why",
    tags=["search"],
    summary="Explain why a document was returned or not",
    operation_id="why",
    guards=[auth.needs(Scope.SEARCH)],
    responses=response_specs(400, 401, 403, 404, 409, 429, 500, 503),
)
async def why(
    *,
    ranking_id: FromPath[UUID],
    document: Annotated[
        str,
        QueryParameter(
            min_length=1, max_length=MAX_ID_CHARACTERS, description="Your id of the document."
        ),
    ],
    call: TheCall,
) -> ExplanationResponse:
    """The stage at which a past search dropped a document, or its rank, with its scores.

    `stage` is `returned`, `below_limit`, `cut` (by a threshold or by
    `per_document`), `below_depth` (not reranked),
    `not_found` (no leg returned it; `chunks` has its ranks in the legs), `filtered` or
    `not_stored`. This call ranks the whole collection: use it for debugging, not in production
    traffic.
    """
    ranking = RankingId(ranking_id)
    return ExplanationResponse.of(
        await use_case.why(call.services, call.tenant_id, ranking, document)
    )


@get(
    "/rankings/{ranking_id:uuid}/results",
    tags=["search"],
    summary="Get further results of a search",
    operation_id="listResults",
    guards=[auth.needs(Scope.SEARCH)],
    responses=response_specs(400, 401, 403, 404, 429, 500, 503),
)
async def list_results(
    *,
    ranking_id: FromPath[UUID],
    call: TheCall,
    limit: Annotated[
        int, QueryParameter(ge=1, le=MAX_LIMIT, description="Maximum number of results per page.")
    ] = 10,
    cursor: requests.Cursor = None,
    neighbours: NeighboursOfPage = 0,
) -> Results:
    """Results of a past search in the logged order, including those beyond its limit.

    To continue after the results of a search, pass the `cursor` of its response. Nothing is ranked
    again, so pages never shift or overlap.
    """
    page = await more_results.results(
        call.services,
        call.tenant_id,
        RankingId(ranking_id),
        limit=limit,
        cursor=cursor,
        neighbours=neighbours,
    )
    return Results.of(page)


ROUTES = [why, list_results]
