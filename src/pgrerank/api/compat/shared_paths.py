"""Paths that several dialects share, told apart by what the body holds.

| path | body | answered as |
|---|---|---|
| `/rerank` | has `texts` | TEI |
| `/rerank` | else | what vLLM, infinity and Jina have in common |
| `/v1/rerank` | has `top_k` or `truncation` | the same, and Voyage's `data` |
| `/v1/rerank` | else | what Cohere, Jina and vLLM have in common |
"""

from typing import Any

import msgspec
from litestar import Request, Response, get, post
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import JSONBody
from msgspec import UNSET, Struct, UnsetType

from pgrerank.api import auth, media, validation
from pgrerank.api.compat import cohere, errors, shapes, tei, voyage
from pgrerank.api.compat.errors import Refusal
from pgrerank.api.compat.gateway import Gateway, TheGateway
from pgrerank.api.injected import TheReadiness, TheServices
from pgrerank.api.readiness import OK
from pgrerank.domain.rerank import RerankOutcome
from pgrerank.domain.tenant import Scope

NAME = "root"


class AnyRerank(Struct, frozen=True, kw_only=True):
    """What Cohere's v1, Jina, Voyage, vLLM and infinity take together."""

    query: shapes.Query
    documents: shapes.Documents
    model: shapes.Model = None
    top_n: shapes.CountOrAll = None
    top_k: shapes.Count | UnsetType = UNSET
    truncation: bool | UnsetType | None = UNSET
    rank_fields: shapes.RankFields = None
    return_documents: shapes.Returned = None
    raw_scores: bool | None = None
    use_activation: bool | None = None

    @property
    def is_voyage(self) -> bool:
        """Whether Voyage's client asks, which sends one of these even as null."""
        return self.top_k is not UNSET or self.truncation is not UNSET

    @property
    def limit(self) -> int | None:
        """Results at most; vLLM says 0 for all."""
        return self.top_n or (None if self.top_k is UNSET else self.top_k)

    @property
    def shows(self) -> bool:
        """Whether to answer with documents: as Jina and vLLM do, unless told not to."""
        return self.return_documents is not False


class AnyResult(Struct, frozen=True, kw_only=True):
    """A document in its new place."""

    index: int
    relevance_score: float
    document: dict[str, Any] | UnsetType = UNSET


class AnyRanking(Struct, frozen=True, kw_only=True):
    """What the clients of all these dialects find what they look for in."""

    id: str
    object: str = "rerank"
    created: int
    model: str
    results: list[AnyResult]
    #: Voyage's name for results
    data: list[voyage.VoyageRow] | UnsetType = UNSET
    meta: cohere.ApiMeta
    usage: shapes.Usage


class AnyRefusal(Struct, frozen=True, kw_only=True):
    """A refusal in which Cohere's, Jina's, Voyage's and vLLM's clients find theirs."""

    message: str
    detail: str
    error: shapes.Fault


class Alive(Struct, frozen=True, kw_only=True):
    """Says that the service can serve, with infinity's clock."""

    unix: float


RESPONSES = errors.response_specs(AnyRefusal, 400, 401, 403, 404, 409, 413, 415, 429, 500, 503)


@post(
    "/v1/rerank",
    tags=["compatible"],
    summary="Rerank as Cohere's v1, Jina, Voyage and vLLM",
    status_code=200,
    guards=[auth.needs(Scope.SEARCH), media.json_only],
    responses=RESPONSES,
)
async def rerank_v1(data: JSONBody[AnyRerank], gateway: TheGateway) -> AnyRanking:
    """Order documents, and answer with what any of these clients looks for.

    /compat/<dialect>/v1/rerank answers as that dialect alone.
    """
    return await _answer_rerank(data, gateway)


@post(
    "/rerank",
    tags=["compatible"],
    summary="Rerank as TEI, vLLM and infinity",
    status_code=200,
    guards=[auth.needs(Scope.SEARCH), media.json_only],
    responses={
        **RESPONSES,
        422: errors.response_specs(tei.TeiRefusal, 422)[422],
    },
)
async def rerank(
    request: Request[Any, Any, Any], data: JSONBody[dict[str, Any]], gateway: TheGateway
) -> Response[Any]:
    """Order texts as TEI where the body has `texts`; else `documents`, as the other two.

    /compat/<dialect>/rerank answers as that dialect alone.
    """
    if "texts" in data:
        errors.refuse_as(request, tei.refusal_response)
        return await tei.answer_rerank(gateway, _read(data, tei.TeiRerank))
    return Response(await _answer_rerank(_read(data, AnyRerank), gateway))


@get(
    "/health",
    tags=["operations"],
    summary="Can it serve? As other servers say it",
    responses={503: ResponseSpec(Alive, description="A part is missing", generate_examples=False)},
)
async def health(readiness: TheReadiness, services: TheServices) -> Response[Alive]:
    """200 or 503, for clients of other servers. /health/ready says what is missing."""
    parts = await readiness.parts()
    serves = all(state == OK for state in parts.values())
    alive = Alive(unix=services.clock.now().timestamp())
    return Response(alive, status_code=200 if serves else 503)


async def _answer_rerank(data: AnyRerank, gateway: Gateway) -> AnyRanking:
    ranked = await gateway.rank(
        voyage.NAME if data.is_voyage else NAME,
        data.query,
        data.documents,
        model=data.model,
        limit=data.limit,
        truncate=data.truncation is not False,
        rank_fields=data.rank_fields,
    )
    scores = shapes.scores(ranked, raw=data.raw_scores or data.use_activation is False)
    return AnyRanking(
        id=str(ranked.id),
        created=int(ranked.created_at.timestamp()),
        model=shapes.ran(ranked),
        results=_results(data, ranked, scores),
        data=_rows(data, ranked, scores) if data.is_voyage else UNSET,
        meta=cohere.ApiMeta.of(ranked, "1"),
        usage=shapes.Usage.of(ranked),
    )


def _results(data: AnyRerank, ranked: RerankOutcome, scores: list[float]) -> list[AnyResult]:
    return [
        AnyResult(
            index=each.index,
            relevance_score=score,
            document=shapes.document_object(data.documents[each.index]) if data.shows else UNSET,
        )
        for each, score in zip(ranked.results, scores, strict=True)
    ]


def _rows(data: AnyRerank, ranked: RerankOutcome, scores: list[float]) -> list[voyage.VoyageRow]:
    """Voyage's clients see documents only if they ask."""
    return [
        voyage.VoyageRow(
            index=each.index,
            relevance_score=score,
            document=each.document.text if data.return_documents else UNSET,
        )
        for each, score in zip(ranked.results, scores, strict=True)
    ]


def refusal_response(refusal: Refusal) -> Response[Any]:
    """A refusal in the words of all of them at once."""
    fault = shapes.Fault(
        message=refusal.detail,
        type=refusal.kind.slug,
        param=refusal.fields[0].field if refusal.fields else None,
        code=refusal.status,
    )
    return refusal.response(AnyRefusal(message=refusal.detail, detail=refusal.detail, error=fault))


def _read(data: dict[str, Any], kind: type[Any]) -> Any:
    """A body as a dialect's, converted as bodies of one dialect are everywhere."""
    try:
        return msgspec.convert(data, kind, strict=False)
    except msgspec.ValidationError as error:
        raise validation.refusal(error, kind) from error
