"""Voyage's rerank API."""

from typing import Annotated, Any

from litestar import Response, post
from litestar.params import JSONBody
from msgspec import UNSET, Meta, Struct, UnsetType

from pgrerank.api import auth, media
from pgrerank.api.compat import errors, shapes
from pgrerank.api.compat.errors import Refusal
from pgrerank.api.compat.gateway import TheGateway
from pgrerank.domain.rerank import RankedDocument
from pgrerank.domain.tenant import Scope

NAME = "voyage"


class VoyageRerank(Struct, frozen=True, kw_only=True):
    """Request of Voyage."""

    query: shapes.Query
    documents: list[shapes.String]
    model: shapes.Model = None
    top_k: shapes.TopN = None
    truncation: Annotated[
        bool | None,
        Meta(description="`false`: refuse documents that are too long instead of truncating them."),
    ] = None
    return_documents: shapes.Returned = None


class VoyageRow(Struct, frozen=True, kw_only=True):
    """A ranked document."""

    index: int
    relevance_score: float
    document: str | UnsetType = UNSET


class Total(Struct, frozen=True, kw_only=True):
    """The tokens that the reranker read, counted by its own tokenizer."""

    total_tokens: int


class VoyageRanking(Struct, frozen=True, kw_only=True):
    """Response of Voyage."""

    object: str = "list"
    data: list[VoyageRow]
    model: str
    usage: Total


@post(
    "/v1/rerank",
    tags=["compatible"],
    summary="Rerank as Voyage",
    status_code=200,
    guards=[auth.needs(Scope.SEARCH), media.json_only],
    responses=errors.response_specs(
        shapes.Detailed, 400, 401, 403, 404, 409, 413, 415, 429, 500, 503
    ),
)
async def rerank(data: JSONBody[VoyageRerank], gateway: TheGateway) -> VoyageRanking:
    """Rank documents. With a calibration, `relevance_score` is a probability."""
    ranked = await gateway.rank(
        NAME,
        data.query,
        data.documents,
        model=data.model,
        limit=data.top_k,
        truncate=data.truncation is not False,
    )

    def row(each: RankedDocument, score: float) -> VoyageRow:
        return VoyageRow(
            index=each.index,
            relevance_score=score,
            document=data.documents[each.index] if data.return_documents else UNSET,
        )

    rows = await shapes.encode_results(row, ranked)
    return VoyageRanking(
        data=rows, model=shapes.ran(ranked), usage=Total(total_tokens=ranked.tokens)
    )


def refusal_response(refusal: Refusal) -> Response[Any]:
    """An error response in Voyage's format."""
    return refusal.response(shapes.Detailed(detail=refusal.detail))
