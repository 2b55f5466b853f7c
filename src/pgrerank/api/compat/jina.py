"""Jina's rerank API."""

from typing import Any

from litestar import Response, post
from litestar.params import JSONBody
from msgspec import UNSET, Struct, UnsetType

from pgrerank.api import auth, media
from pgrerank.api.compat import errors, shapes
from pgrerank.api.compat.errors import Refusal
from pgrerank.api.compat.gateway import TheGateway
from pgrerank.api.problem import INVALID
from pgrerank.domain.rerank import RankedDocument
from pgrerank.domain.tenant import Scope

NAME = "jina"
_MALFORMED = 422


class JinaRerank(Struct, frozen=True, kw_only=True):
    """Request of Jina. By default, documents are returned."""

    query: shapes.Query
    documents: shapes.Documents
    model: shapes.Model = None
    top_n: shapes.TopN = None
    return_documents: shapes.Returned = None


class JinaResult(Struct, frozen=True, kw_only=True):
    """A ranked document."""

    index: int
    relevance_score: float
    document: dict[str, Any] | UnsetType = UNSET


class JinaRanking(Struct, frozen=True, kw_only=True):
    """Response of Jina."""

    object: str = "list"
    model: str
    usage: shapes.Usage
    results: list[JinaResult]


@post(
    "/v1/rerank",
    tags=["compatible"],
    summary="Rerank as Jina",
    status_code=200,
    guards=[auth.needs(Scope.SEARCH), media.json_only],
    responses=errors.response_specs(
        shapes.Detailed, 401, 403, 404, 409, 413, 415, 422, 429, 500, 503
    ),
)
async def rerank(data: JSONBody[JinaRerank], gateway: TheGateway) -> JinaRanking:
    """Rank documents. With a calibration, `relevance_score` is a probability."""
    ranked = await gateway.rank(
        NAME, data.query, data.documents, model=data.model, limit=data.top_n
    )
    shows = data.return_documents is not False

    def result(each: RankedDocument, score: float) -> JinaResult:
        return JinaResult(
            index=each.index,
            relevance_score=score,
            document=shapes.document_object(data.documents[each.index]) if shows else UNSET,
        )

    results = await shapes.encode_results(result, ranked)
    return JinaRanking(model=shapes.ran(ranked), usage=shapes.Usage.of(ranked), results=results)


def refusal_response(refusal: Refusal) -> Response[Any]:
    """An error response in Jina's format."""
    status = _MALFORMED if refusal.kind is INVALID else None
    return refusal.response(shapes.Detailed(detail=refusal.detail), status)
