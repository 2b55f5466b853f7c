"""Routes that ask of a past search: why, and what comes next."""

from typing import Annotated, Self
from uuid import UUID

from litestar import get
from litestar.params import FromPath, QueryParameter
from msgspec import Meta, Struct

from pgrerank.api import auth
from pgrerank.api.call import TheCall
from pgrerank.api.errors import response_specs
from pgrerank.api.v1.schema import requests
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
    """A chunk in the whole list of each leg, today. Null: it is not in that list."""

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
    def of(cls, standing: Stands) -> Self:
        """Show where a chunk stands."""
        return cls(**{name: getattr(standing, name) for name in cls.__struct_fields__})


class ExplanationResponse(_Answer, frozen=True, kw_only=True):
    """What became of a document in a search."""

    document: Annotated[str, Meta(description="Your id of the document.")]
    stage: Annotated[Stage, Meta(description="Where its way ended.")]
    reason: Annotated[str, Meta(description="The same in words.")]
    logged: Annotated[
        RankedChunk | None,
        Meta(description="Its best chunk in the log; null: no leg returned one."),
    ]
    chunks: Annotated[
        list[ChunkPosition], Meta(description="Its chunks as the legs rank them today.")
    ]

    @classmethod
    def of(cls, verdict: Explanation) -> Self:
        """Show a verdict."""
        return cls(
            document=verdict.external_id,
            stage=verdict.stage,
            reason=verdict.reason,
            logged=verdict.logged and RankedChunk.of(verdict.logged),
            chunks=[ChunkPosition.of(each) for each in verdict.chunks],
        )


class Results(_Answer, frozen=True, kw_only=True):
    """A page of the results of a past search."""

    results: list[Result]
    cursor: Annotated[
        str | None, Meta(description="Pass it as `cursor` for the next page; null on the last.")
    ]
    gone: Annotated[
        int, Meta(description="Results of this page whose document was changed or deleted since.")
    ]

    @classmethod
    def of(cls, page: ResultPage) -> Self:
        """Show a page."""
        return cls(
            results=[Result.of(hit) for hit in page.hits], cursor=page.cursor, gone=page.gone
        )


@get(
    "/rankings/{ranking_id:uuid}/why",
    tags=["search"],
    summary="Say why a document was found or not",
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
    """At which stage of a past search a document fell, with its scores, or where it came out.

    `stage` is `returned`, `below_limit`, `cut` (by a threshold), `below_depth` (not reranked),
    `not_found` (no leg returned it; `chunks` says where each ranks it), `filtered` or `not_stored`.
    Ranks the whole collection: for questions, not for traffic.
    """
    ranking = RankingId(ranking_id)
    return ExplanationResponse.of(
        await use_case.why(call.services, call.tenant_id, ranking, document)
    )


@get(
    "/rankings/{ranking_id:uuid}/results",
    tags=["search"],
    summary="Go on in the results of a search",
    operation_id="listResults",
    guards=[auth.needs(Scope.SEARCH)],
    responses=response_specs(400, 401, 403, 404, 429, 500, 503),
)
async def list_results(
    *,
    ranking_id: FromPath[UUID],
    call: TheCall,
    limit: Annotated[
        int, QueryParameter(ge=1, le=MAX_LIMIT, description="Results of a page at most.")
    ] = 10,
    cursor: requests.Cursor = None,
) -> Results:
    """Results of a past search in the order that was logged, those too that its limit left out.

    The `cursor` of a search's answer goes on behind its results. Nothing is ranked anew, so pages
    never shift or overlap.
    """
    page = await more_results.results(
        call.services, call.tenant_id, RankingId(ranking_id), limit=limit, cursor=cursor
    )
    return Results.of(page)


ROUTES = [why, list_results]
