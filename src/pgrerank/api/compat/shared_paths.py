"""Paths that several dialects share. The fields of the body decide the format of the response.

| path | body | format of the response |
|---|---|---|
| `/rerank` | has `texts` | TEI |
| `/rerank` | otherwise | common to vLLM, infinity and Jina |
| `/v1/rerank` | has `top_k` or `truncation` | the next row's, with Voyage's `data` |
| `/v1/rerank` | otherwise | common to Cohere, Jina and vLLM |
"""

from functools import partial
from typing import Any, TypeVar, cast

import msgspec
from litestar import Request, Response, get, post
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import JSONBody
from msgspec import UNSET, Struct, UnsetType

from pgrerank.api import auth, media, validation
from pgrerank.api.compat import cohere, errors, openai, shapes, sie, tei, voyage
from pgrerank.api.compat.errors import Refusal
from pgrerank.api.compat.gateway import Gateway, TheGateway
from pgrerank.api.injected import TheReadiness, TheServices
from pgrerank.api.readiness import OK
from pgrerank.domain.offload import offload
from pgrerank.domain.rerank import RankedDocument
from pgrerank.domain.tenant import Scope

T = TypeVar("T")

NAME = "root"


class AnyRerank(Struct, frozen=True, kw_only=True):
    """Request with the fields of Cohere v1, Jina, Voyage, vLLM and infinity."""

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
        """Whether Voyage's client sent it, which always sends one of these fields, even if null."""
        return self.top_k is not UNSET or self.truncation is not UNSET

    @property
    def limit(self) -> int | None:
        """Maximum number of results; None: all. In vLLM, 0 means all."""
        return self.top_n or (None if self.top_k is UNSET else self.top_k)

    @property
    def shows(self) -> bool:
        """Whether to return documents. Default: yes, as in Jina and vLLM."""
        return self.return_documents is not False


class AnyResult(Struct, frozen=True, kw_only=True):
    """A ranked document."""

    index: int
    relevance_score: float
    document: dict[str, Any] | UnsetType = UNSET


class AnyRanking(Struct, frozen=True, kw_only=True):
    """Response with the fields that the clients of all these dialects read."""

    id: str
    object: str = "rerank"
    created: int
    model: str
    results: list[AnyResult]
    #: results in Voyage's format
    data: list[voyage.VoyageRow] | UnsetType = UNSET
    meta: cohere.ApiMeta
    usage: shapes.Usage


class AnyRefusal(Struct, frozen=True, kw_only=True):
    """An error response with the fields that clients of Cohere, Jina, Voyage and vLLM read."""

    message: str
    detail: str
    error: shapes.Fault


class Alive(Struct, frozen=True, kw_only=True):
    """Response of the health check, with the time as in infinity."""

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
    """Rank documents. The response has the fields that all these clients read.

    /compat/<dialect>/v1/rerank responds in the format of that dialect only.
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
    """Rank `texts` as TEI if the body has them; otherwise rank `documents` as vLLM and infinity.

    /compat/<dialect>/rerank responds in the format of that dialect only.
    """
    if "texts" in data:
        errors.refuse_as(request, tei.refusal_response)
        return await tei.answer_rerank(gateway, await _read(data, tei.TeiRerank))
    return Response(await _answer_rerank(await _read(data, AnyRerank), gateway))


@get(
    "/v1/models",
    tags=["compatible"],
    summary="List models as OpenAI, or as SIE to its client",
    guards=[auth.needs(Scope.SEARCH)],
    responses=openai.RESPONSES,
    sync_to_thread=False,
)
def models(request: Request[Any, Any, Any], gateway: TheGateway) -> openai.OpenaiModels:
    """All models: rerankers, whose ids all contain `rerank`, then embedders.

    A request with the header X-SIE-SDK-Version gets them in the format of /compat/sie/v1/models.
    """
    if sie.CLIENT in request.headers:
        return cast("openai.OpenaiModels", sie.answer_models(gateway))
    return openai.answer_models(gateway)


@get(
    "/health",
    tags=["operations"],
    summary="Check readiness, for clients of other servers",
    responses={
        503: ResponseSpec(Alive, description="A part is not ready", generate_examples=False)
    },
)
async def health(readiness: TheReadiness, services: TheServices) -> Response[Alive]:
    """Responds 200 if the service is ready, else 503. /health/ready tells which part is not."""
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
    raw = data.raw_scores or data.use_activation is False

    def result(each: RankedDocument, score: float) -> AnyResult:
        return AnyResult(
            index=each.index,
            relevance_score=score,
            document=shapes.document_object(data.documents[each.index]) if data.shows else UNSET,
        )

    def row(each: RankedDocument, score: float) -> voyage.VoyageRow:
        """A result in Voyage's format. By default it has no document."""
        return voyage.VoyageRow(
            index=each.index,
            relevance_score=score,
            document=each.document.text if data.return_documents else UNSET,
        )

    return AnyRanking(
        id=str(ranked.id),
        created=int(ranked.created_at.timestamp()),
        model=shapes.ran(ranked),
        results=await shapes.encode_results(result, ranked, raw=raw),
        data=await shapes.encode_results(row, ranked, raw=raw) if data.is_voyage else UNSET,
        meta=cohere.ApiMeta.of(ranked, "1"),
        usage=shapes.Usage.of(ranked),
    )


def refusal_response(refusal: Refusal) -> Response[Any]:
    """An error response in the combined format of these dialects."""
    fault = shapes.Fault(
        message=refusal.detail,
        type=refusal.kind.slug,
        param=refusal.fields[0].field if refusal.fields else None,
        code=refusal.status,
    )
    return refusal.response(AnyRefusal(message=refusal.detail, detail=refusal.detail, error=fault))


async def _read(data: dict[str, Any], kind: type[T]) -> T:
    """A body as the request of a dialect. Raises InvalidRequestError."""
    arrays = [cast("list[Any]", value) for value in data.values() if isinstance(value, list)]
    try:
        return await offload(
            partial(msgspec.convert, data, kind, strict=False), items=sum(map(len, arrays))
        )
    except msgspec.ValidationError as error:
        raise validation.refusal(error, kind) from error
