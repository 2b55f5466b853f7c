"""infinity's rerank API and list of models."""

from typing import Annotated, Any

from litestar import Response, get, post
from litestar.params import JSONBody
from msgspec import Meta, Struct

from pgrerank.api import auth, media
from pgrerank.api.compat import errors, shapes
from pgrerank.api.compat.errors import Refusal
from pgrerank.api.compat.gateway import TheGateway
from pgrerank.api.problem import OVERLOADED, UNAUTHENTICATED
from pgrerank.domain.model import ModelCard
from pgrerank.domain.rerank import RankedDocument
from pgrerank.domain.tenant import Scope

NAME = "infinity"
_MALFORMED = 422
_OVERLOADED = 429


class InfinityRerank(Struct, frozen=True, kw_only=True):
    """Request of infinity."""

    query: shapes.Query
    documents: list[shapes.String]
    model: shapes.Model = None
    top_n: shapes.TopN = None
    return_documents: shapes.Returned = None
    raw_scores: Annotated[
        bool | None, Meta(description="Return raw scores of the reranker instead of 0 to 1.")
    ] = None


class InfinityResult(Struct, frozen=True, kw_only=True):
    """A ranked document. `document` is null unless requested."""

    relevance_score: float
    index: int
    document: str | None


class InfinityRanking(Struct, frozen=True, kw_only=True):
    """Response of infinity."""

    object: str = "rerank"
    results: list[InfinityResult]
    model: str
    usage: shapes.Usage
    id: str
    created: int


class Stats(Struct, frozen=True, kw_only=True):
    """Fields that infinity's client requires. Always 0; /metrics has the length of the queue."""

    queue_fraction: float = 0.0
    queue_absolute: int = 0
    results_pending: int = 0
    batch_size: int = 0


class InfinityModel(Struct, frozen=True, kw_only=True):
    """A model."""

    id: str
    stats: Stats
    object: str = "model"
    owned_by: str = NAME
    created: int
    #: runtime or precision of the model
    backend: str
    capabilities: list[str]


class InfinityModels(Struct, frozen=True, kw_only=True):
    """All models."""

    data: list[InfinityModel]
    object: str = "list"


class Malformed(Struct, frozen=True, kw_only=True):
    """A faulty field and its problem."""

    loc: list[str]
    msg: str
    type: str


class InfinityRefusal(Struct, frozen=True, kw_only=True):
    """Error response to an invalid body."""

    detail: list[Malformed]


class InfinityUnauthorized(Struct, frozen=True, kw_only=True):
    """Error response to a caller without valid credentials."""

    detail: str


RESPONSES = {
    **errors.response_specs(shapes.Faulty, 403, 404, 409, 413, 415, 429, 500, 503),
    **errors.response_specs(InfinityUnauthorized, 401),
    **errors.response_specs(InfinityRefusal, _MALFORMED),
}


@post(
    "/rerank",
    tags=["compatible"],
    summary="Rerank as infinity",
    status_code=200,
    guards=[auth.needs(Scope.SEARCH), media.json_only],
    responses=RESPONSES,
)
async def rerank(data: JSONBody[InfinityRerank], gateway: TheGateway) -> InfinityRanking:
    """Rank documents. With a calibration, `relevance_score` is a probability."""
    ranked = await gateway.rank(
        NAME, data.query, data.documents, model=data.model, limit=data.top_n
    )

    def result(each: RankedDocument, score: float) -> InfinityResult:
        return InfinityResult(
            relevance_score=score,
            index=each.index,
            document=data.documents[each.index] if data.return_documents else None,
        )

    results = await shapes.encode_results(result, ranked, raw=data.raw_scores)
    return InfinityRanking(
        results=results,
        model=shapes.ran(ranked),
        usage=shapes.Usage.of(ranked),
        id=f"infinity-{ranked.id}",
        created=int(ranked.created_at.timestamp()),
    )


@get(
    "/models",
    tags=["compatible"],
    summary="List models as infinity",
    guards=[auth.needs(Scope.SEARCH)],
    responses=RESPONSES,
    sync_to_thread=False,
)
def models(gateway: TheGateway) -> InfinityModels:
    """All models: rerankers, then embedders."""
    now = int(gateway.call.services.clock.now().timestamp())
    rerankers = [_model_entry(*each, "rerank", now) for each in gateway.rerankers()]
    embedders = [_model_entry(*each, "embed", now) for each in gateway.embedders()]
    return InfinityModels(data=[*rerankers, *embedders])


def refusal_response(refusal: Refusal) -> Response[Any]:
    """An error response in infinity's format; for an invalid body that is FastAPI's."""
    if refusal.kind is UNAUTHENTICATED:
        return refusal.response(InfinityUnauthorized(detail="Unauthorized"))
    if refusal.is_malformed:
        return refusal.response(InfinityRefusal(detail=_field_errors(refusal)), _MALFORMED)
    status = _OVERLOADED if refusal.kind is OVERLOADED else refusal.status
    fault = shapes.Fault(message=refusal.detail, type=None, param=None, code=status)
    return refusal.response(shapes.Faulty(error=fault), status)


def _field_errors(refusal: Refusal) -> list[Malformed]:
    return [
        Malformed(loc=["body", each.field], msg=each.problem, type="value_error")
        for each in refusal.fields
    ] or [Malformed(loc=["body"], msg=refusal.detail, type="value_error")]


def _model_entry(name: str, card: ModelCard, capability: str, now: int) -> InfinityModel:
    return InfinityModel(
        id=name,
        stats=Stats(),
        created=now,
        backend=card.runs or card.precision,
        capabilities=[capability],
    )
