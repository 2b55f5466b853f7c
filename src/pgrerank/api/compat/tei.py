"""API of Text Embeddings Inference (TEI): rerank, embed and info.

Where TEI's documentation and behavior differ, this follows its behavior.
"""

from typing import Annotated, Any, Literal

import numpy as np
from litestar import Response, get, post
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import JSONBody
from msgspec import UNSET, Meta, Struct, UnsetType

import pgrerank
from pgrerank.api import auth, encoded, media
from pgrerank.api.compat import errors, shapes
from pgrerank.api.compat.errors import Refusal
from pgrerank.api.compat.gateway import Gateway, TheGateway
from pgrerank.api.problem import (
    INTERNAL,
    OVERLOADED,
    QUOTA,
    TOO_LARGE,
    TOO_MANY,
    UNAUTHENTICATED,
    UNAVAILABLE,
)
from pgrerank.domain.rerank import MAX_DOCUMENTS, RankedDocument, RerankOutcome
from pgrerank.domain.tenant import Scope

NAME = "tei"

Direction = Literal["left", "right", "Left", "Right"]
#: status and `error_type` of an invalid body, and by kind of problem. Default: the native status
#: and "Backend".
_VALIDATION = (422, "Validation")
_ERRORS = {
    TOO_LARGE: (413, "Validation"),
    OVERLOADED: (429, "Overloaded"),
    QUOTA: (429, "Overloaded"),
    TOO_MANY: (429, "Overloaded"),
    UNAVAILABLE: (503, "Unhealthy"),
    INTERNAL: (500, "Backend"),
}
_EMPTY = (400, "Empty")


class TeiRerank(Struct, frozen=True, kw_only=True):
    """Request of TEI to rerank. The response always covers all texts."""

    query: shapes.Query
    texts: list[shapes.String]
    truncate: Annotated[
        bool | None,
        Meta(description="`false`: refuse texts that are too long instead of truncating them."),
    ] = None
    truncation_direction: Annotated[
        Direction | None, Meta(description="Ignored: the beginning of a text is always kept.")
    ] = None
    raw_scores: Annotated[
        bool | None, Meta(description="Return raw scores of the reranker instead of 0 to 1.")
    ] = None
    return_text: shapes.Returned = None


class TeiScore(Struct, frozen=True, kw_only=True):
    """A ranked text."""

    index: int
    score: float
    text: str | UnsetType = UNSET


class TeiEmbed(Struct, frozen=True, kw_only=True):
    """Request of TEI to embed. Vectors always have unit length; `normalize` is ignored."""

    inputs: shapes.String | list[shapes.String]
    truncate: bool | None = None
    normalize: bool | None = None
    prompt_name: Annotated[
        shapes.Word | None,
        Meta(description="`query`: embed the texts as queries; otherwise as passages."),
    ] = None


class TeiInfo(Struct, frozen=True, kw_only=True):
    """The reranker, in TEI's format."""

    model_id: str
    #: fingerprint of weights, precision, length and template
    model_sha: str
    model_dtype: str
    served_model_name: str
    model_type: dict[str, Any]
    max_concurrent_requests: int
    max_input_length: int
    max_batch_tokens: int
    max_batch_requests: int | None
    max_client_batch_size: int
    auto_truncate: bool
    tokenization_workers: int
    version: str
    sha: str | None
    docker_label: str | None


class TeiRefusal(Struct, frozen=True, kw_only=True):
    """An error response."""

    error: str
    error_type: str


RESPONSES = {
    **errors.response_specs(TeiRefusal, 400, 403, 404, 409, 413, 415, 422, 429, 500, 503),
    401: ResponseSpec(None, description="No valid credentials"),
}


@post(
    "/rerank",
    tags=["compatible"],
    summary="Rerank as TEI",
    status_code=200,
    guards=[auth.needs(Scope.SEARCH), media.json_only],
    responses=RESPONSES,
)
async def rerank(data: JSONBody[TeiRerank], gateway: TheGateway) -> Response[list[TeiScore]]:
    """Rank texts, best first."""
    return await answer_rerank(gateway, data)


@post(
    "/embed",
    tags=["compatible"],
    summary="Embed as TEI",
    status_code=200,
    guards=[auth.needs(Scope.SEARCH), media.json_only],
    responses=RESPONSES,
)
async def embed(data: JSONBody[TeiEmbed], gateway: TheGateway) -> list[list[float]]:
    """Embed texts. Returns one vector per text, in order."""
    texts = [data.inputs] if isinstance(data.inputs, str) else data.inputs
    vectors = await gateway.embed(texts, field="inputs", as_queries=data.prompt_name == "query")
    return await encoded.encode_rows(np.ndarray.tolist, vectors)


@get(
    "/info",
    tags=["compatible"],
    summary="Describe the reranker as TEI",
    guards=[auth.needs(Scope.SEARCH)],
    responses=RESPONSES,
    sync_to_thread=False,
)
def info(gateway: TheGateway) -> TeiInfo:
    """The reranker of the service. `model_sha` changes whenever its scores may change."""
    card = gateway.call.services.scorer.model
    return TeiInfo(
        model_id=card.name,
        model_sha=card.fingerprint,
        model_dtype=card.precision,
        served_model_name=card.name,
        model_type={"reranker": {"id2label": {"0": "LABEL_0"}, "label2id": {"LABEL_0": 0}}},
        max_concurrent_requests=MAX_DOCUMENTS,
        max_input_length=card.max_length,
        max_batch_tokens=card.max_length * MAX_DOCUMENTS,
        max_batch_requests=None,
        max_client_batch_size=MAX_DOCUMENTS,
        auto_truncate=True,
        tokenization_workers=1,
        version=pgrerank.__version__,
        sha=None,
        docker_label=None,
    )


async def answer_rerank(gateway: Gateway, data: TeiRerank) -> Response[list[TeiScore]]:
    """Rank texts and return the response in TEI's format."""
    ranked = await gateway.rank(
        NAME, data.query, data.texts, documents_name="texts", truncate=data.truncate is not False
    )

    def row(each: RankedDocument, score: float) -> TeiScore:
        text = data.texts[each.index] if data.return_text else UNSET
        return TeiScore(index=each.index, score=score, text=text)

    rows = await shapes.encode_results(row, ranked, raw=data.raw_scores)
    return Response(rows, headers=_usage_headers(data, ranked))


def refusal_response(refusal: Refusal) -> Response[Any]:
    """An error response in TEI's format. Without valid credentials, the body is empty."""
    if refusal.kind is UNAUTHENTICATED:
        return refusal.response(b"")
    status, name = _ERRORS.get(refusal.kind, (refusal.status, "Backend"))
    if refusal.is_malformed:
        status, name = _EMPTY if refusal.is_empty else _VALIDATION
    return refusal.response(TeiRefusal(error=refusal.detail, error_type=name), status)


def _usage_headers(data: TeiRerank, ranked: RerankOutcome) -> dict[str, str]:
    """TEI's headers, as far as they apply. Times in whole milliseconds."""
    return {
        "x-compute-characters": str(len(data.query) + sum(map(len, data.texts))),
        "x-compute-tokens": str(ranked.tokens),
        "x-inference-time": str(round(ranked.timings_ms["rerank"])),
        "x-compute-time": str(round(ranked.timings_ms["total"])),
        "x-total-time": str(round(ranked.timings_ms["total"])),
    }
