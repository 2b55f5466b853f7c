"""API of the Superlinked Inference Engine (SIE): score, encode, models and rerank.

Bodies are MessagePack or JSON, by Content-Type; answers are MessagePack unless Accept asks for
JSON. Errors are JSON, as its client reads them.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, TypeAlias, cast

import msgspec
import numpy as np
from litestar import Request, Response, get, post
from litestar.params import JSONBody, PathParameter
from litestar.serialization import encode_json
from msgspec import UNSET, Struct

from pgrerank.api import auth, media, msgpack
from pgrerank.api.compat import errors, shapes
from pgrerank.api.compat.errors import Refusal
from pgrerank.api.compat.gateway import Gateway, TheGateway
from pgrerank.api.compat.packed_operation import PackedOperation
from pgrerank.api.compat.sie_bodies import (
    SieDense,
    SieEncode,
    SieEncoded,
    SieEncodings,
    SieEntry,
    SieFault,
    SieModel,
    SieModels,
    SieParams,
    SieRanking,
    SieRefusal,
    SieRerank,
    SieRow,
    SieScore,
    SieScores,
    SieText,
    SieUsage,
)
from pgrerank.api.problem import (
    INVALID,
    OVERLOADED,
    QUOTA,
    TOO_LARGE,
    TOO_MANY,
    UNAUTHENTICATED,
)
from pgrerank.domain.errors import InvalidRequestError
from pgrerank.domain.offload import offload
from pgrerank.domain.rerank import RankedDocument, RerankOutcome
from pgrerank.domain.tenant import Scope
from pgrerank.domain.vector import Vector

NAME = "sie"

#: header by which its client is told apart
CLIENT = "x-sie-sdk-version"
_REVISION = "X-SIE-Model-Revision"
Asked: TypeAlias = Request[Any, Any, Any]
#: the name of a model with its slashes
ModelPath = Annotated[
    str,
    PathParameter(
        max_length=1_000,
        description="A name from `GET /compat/sie/v1/models`. Any other selects the default model; "
        "the response names the one that ran.",
    ),
]
#: its client waits up to 15 minutes for MODEL_LOADING, which therefore is never sent
_CODES = {
    INVALID: "INVALID_INPUT",
    TOO_LARGE: "INPUT_TOO_LONG",
    UNAUTHENTICATED: "UNAUTHORIZED",
    OVERLOADED: "QUEUE_FULL",
    QUOTA: "RATE_LIMIT",
    TOO_MANY: "RATE_LIMIT",
}


RESPONSES = errors.response_specs(SieRefusal, 400, 401, 403, 404, 409, 413, 415, 429, 500, 503)


@post(
    "/v1/score/{model:path}",
    tags=["compatible"],
    summary="Score as SIE",
    status_code=200,
    guards=[auth.needs(Scope.SEARCH), media.json_or_msgpack],
    responses=RESPONSES,
    operation_class=PackedOperation,
    opt={media.MSGPACK: True},
)
async def score(
    request: Asked, model: ModelPath, data: JSONBody[SieScore], gateway: TheGateway
) -> Response[SieScores]:
    """Score items against a query; returns all of them, best first. Bodies may be MessagePack."""
    shapes.refuse_instruction(data.instruction)
    texts = [each.text for each in data.items]
    ranked = await gateway.rank(
        NAME, data.query.text, texts, model=model.strip("/"), documents_name="items"
    )

    def answer() -> SieScores:
        ids = _ids(data.items)
        rows = zip(ranked.results, shapes.scores(ranked, raw=True), strict=True)
        return SieScores(
            model=shapes.ran(ranked),
            query_id=data.query.id,
            scores=[
                SieEntry(item_id=ids[each.index], score=value, rank=rank)
                for rank, (each, value) in enumerate(rows)
            ],
            usage=SieUsage(input_tokens=ranked.tokens),
        )

    encoded = await offload(lambda: _encode(request, answer()), items=len(texts))
    return _respond(request, encoded, _revision(ranked))


@post(
    "/v1/encode/{model:path}",
    tags=["compatible"],
    summary="Encode as SIE",
    status_code=200,
    guards=[auth.needs(Scope.SEARCH), media.json_or_msgpack],
    responses=RESPONSES,
    operation_class=PackedOperation,
    opt={media.MSGPACK: True},
)
async def encode(
    request: Asked, model: ModelPath, data: JSONBody[SieEncode], gateway: TheGateway
) -> Response[SieEncodings]:
    """Embed items; returns one unit vector of each, in order. Bodies may be MessagePack."""
    params = data.params or SieParams()
    name = model.strip("/")
    _check_params(params, gateway, name)
    vectors = await gateway.embed(
        [each.text for each in data.items],
        model=name,
        field="items",
        as_queries=bool(params.options and params.options.is_query),
    )
    card = gateway.embedder(name).model
    dtype = params.output_dtype or "float32"

    def answer() -> SieEncodings:
        rows = zip(_ids(data.items), vectors, strict=True)
        dense = [(id_, _dense(vector, dtype, as_json=_is_json(request))) for id_, vector in rows]
        return SieEncodings(
            model=card.name, items=[SieEncoded(id=id_, dense=each) for id_, each in dense]
        )

    encoded = await offload(lambda: _encode(request, answer()), items=len(vectors) * 10)
    return _respond(request, encoded, {_REVISION: card.fingerprint})


@get(
    "/v1/models",
    tags=["compatible"],
    summary="List models as SIE",
    guards=[auth.needs(Scope.SEARCH)],
    responses=RESPONSES,
    sync_to_thread=False,
)
def models(gateway: TheGateway) -> SieModels:
    """All models: rerankers, then embedders, always as JSON."""
    return answer_models(gateway)


@post(
    "/v1/rerank",
    tags=["compatible"],
    summary="Rerank as SIE",
    status_code=200,
    guards=[auth.needs(Scope.SEARCH), media.json_only],
    responses=RESPONSES,
)
async def rerank(data: JSONBody[SieRerank], gateway: TheGateway) -> Response[SieRanking]:
    """Rank documents, in JSON. `relevance_score` is raw in the reranker's unit."""
    ranked = await gateway.rank(
        NAME, data.query, data.documents, model=data.model, limit=data.top_n
    )

    def row(each: RankedDocument, value: float) -> SieRow:
        shown = {"text": each.document.text} if data.return_documents else UNSET
        return SieRow(index=each.index, relevance_score=value, document=shown)

    return Response(
        SieRanking(
            model=shapes.ran(ranked),
            results=await shapes.encode_results(row, ranked, raw=True),
            usage=SieUsage(input_tokens=ranked.tokens),
        ),
        headers=_revision(ranked),
    )


def answer_models(gateway: Gateway) -> SieModels:
    """All models in SIE's format."""
    rerankers = [
        SieModel(
            name=name,
            outputs=["score"],
            dims={},
            max_sequence_length=card.max_length,
            revision=card.fingerprint,
        )
        for name, card in gateway.rerankers()
    ]
    embedders = [
        SieModel(
            name=name,
            outputs=["dense"],
            dims={"dense": card.dimensions or 0},
            max_sequence_length=card.max_length,
            revision=card.fingerprint,
        )
        for name, card in gateway.embedders()
    ]
    return SieModels(models=[*rerankers, *embedders])


def refusal_response(refusal: Refusal) -> Response[Any]:
    """An error response in SIE's format."""
    code = _CODES.get(refusal.kind, refusal.kind.slug.replace("-", "_").upper())
    return refusal.response(SieRefusal(detail=SieFault(code=code, message=refusal.detail)))


def _check_params(params: SieParams, gateway: Gateway, model: str) -> None:
    """Refuse what the embedder does not have. Raises InvalidRequestError."""
    missing = [each for each in params.output_types or () if each != "dense"]
    if missing:
        name = gateway.embedder(model).model.name
        raise InvalidRequestError(
            "params.output_types", f"must be `dense`: the embedder `{name}` has no {missing[0]}"
        )
    if params.instruction:
        raise InvalidRequestError(
            "params.instruction", "must be absent: no embedder of the service follows one"
        )


def _ids(items: Sequence[SieText]) -> list[str]:
    return [f"item-{place}" if each.id is None else each.id for place, each in enumerate(items)]


def _dense(vector: Vector, dtype: str, *, as_json: bool) -> SieDense:
    values = np.ascontiguousarray(vector, np.dtype(dtype).newbyteorder("<"))
    packed = {
        b"nd": True,
        b"type": values.dtype.str,
        b"kind": b"",
        b"shape": values.shape,
        b"data": values.tobytes(),
    }
    return SieDense(dims=len(values), dtype=dtype, values=values.tolist() if as_json else packed)


def _is_json(request: Asked) -> bool:
    kinds = [msgpack.MEDIA_TYPE, media.JSON]
    return request.accept.best_match(kinds) == media.JSON


def _encode(request: Asked, answer: Struct) -> bytes:
    return encode_json(answer) if _is_json(request) else msgspec.msgpack.encode(answer)


def _respond(request: Asked, content: bytes, headers: Mapping[str, str]) -> Response[Any]:
    kind = media.JSON if _is_json(request) else msgpack.MEDIA_TYPE
    return Response(cast("Any", content), media_type=kind, headers=headers)


def _revision(ranked: RerankOutcome) -> dict[str, str]:
    """The header that names the fingerprint of the reranker; none if none ran."""
    return {_REVISION: ranked.rerank.fingerprint} if ranked.rerank.fingerprint else {}
