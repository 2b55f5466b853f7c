"""OpenAI's embeddings API and list of models."""

import base64
from typing import Annotated, Any, Literal

import numpy as np
from litestar import Response, get, post
from litestar.params import JSONBody
from msgspec import Meta, Struct

from pgrerank.api import auth, encoded, media
from pgrerank.api.compat import errors, shapes
from pgrerank.api.compat.errors import Refusal
from pgrerank.api.compat.gateway import Gateway, TheGateway
from pgrerank.api.problem import (
    INVALID,
    NOT_FOUND,
    OVERLOADED,
    QUOTA,
    TOO_LARGE,
    TOO_MANY,
    UNAUTHENTICATED,
    UNAVAILABLE,
    UNSUPPORTED,
)
from pgrerank.domain.errors import InvalidRequestError
from pgrerank.domain.model import ModelCard
from pgrerank.domain.tenant import Scope
from pgrerank.domain.vector import Vector

_LIMITED = "rate_limit_error"
_ASKED_WRONGLY = "invalid_request_error"
#: `type` of the error by kind of problem; other kinds are a server_error
_TYPES = {
    INVALID: _ASKED_WRONGLY,
    NOT_FOUND: _ASKED_WRONGLY,
    UNSUPPORTED: _ASKED_WRONGLY,
    TOO_LARGE: _ASKED_WRONGLY,
    UNAUTHENTICATED: _ASKED_WRONGLY,
    QUOTA: _LIMITED,
    TOO_MANY: _LIMITED,
    OVERLOADED: "server_error",
    UNAVAILABLE: "server_error",
}
_CODES = {UNAUTHENTICATED: "invalid_api_key", NOT_FOUND: "not_found", QUOTA: "rate_limit_exceeded"}


class OpenaiEmbed(Struct, frozen=True, kw_only=True):
    """Request of OpenAI, with the fields by which Jina and Voyage tell queries from passages."""

    input: Annotated[
        shapes.String
        | list[
            shapes.String | shapes.Token | Annotated[list[shapes.Token], Meta(max_length=100_000)]
        ],
        Meta(description="One text or up to 2,048 texts. Token ids are refused."),
    ]
    model: Annotated[
        shapes.Word | None,
        Meta(
            description="An id from `GET /v1/models`. Any other name selects the default embedder; "
            "the response names the one that ran."
        ),
    ] = None
    encoding_format: Annotated[
        Literal["float", "base64"] | None,
        Meta(description="`base64`: little-endian 32-bit floats."),
    ] = None
    dimensions: Annotated[
        shapes.Count, Meta(description="If given, must be the model's number of dimensions.")
    ] = None
    input_type: Annotated[
        shapes.Word | None,
        Meta(description="`query`: embed the texts as queries; otherwise as passages."),
    ] = None
    task: Annotated[
        shapes.Word | None, Meta(description="`retrieval.query`: embed the texts as queries.")
    ] = None

    @property
    def is_query(self) -> bool:
        """Whether the texts are queries."""
        return "query" in (self.input_type, (self.task or "").rpartition(".")[2])

    def texts(self) -> list[str]:
        """The texts. Raises InvalidRequestError for token ids."""
        inputs = [self.input] if isinstance(self.input, str) else self.input
        texts = [text for text in inputs if isinstance(text, str)]
        if len(texts) < len(inputs):
            raise InvalidRequestError(
                "input",
                "must be text: token ids are those of another model's tokenizer "
                "(LangChain: check_embedding_ctx_length=False)",
            )
        return texts


class Embedding(Struct, frozen=True, kw_only=True):
    """The unit vector of a text."""

    object: str = "embedding"
    index: int
    embedding: list[float] | str


class Embedded(Struct, frozen=True, kw_only=True):
    """Response of OpenAI."""

    object: str = "list"
    data: list[Embedding]
    model: str
    usage: shapes.Usage


class OpenaiModel(Struct, frozen=True, kw_only=True):
    """A model."""

    id: str
    object: str = "model"
    created: int
    owned_by: str = "pgrerank"
    #: most tokens of a text (embedder) or of a query with a text (reranker)
    max_model_len: int


class OpenaiModels(Struct, frozen=True, kw_only=True):
    """All models."""

    object: str = "list"
    data: list[OpenaiModel]


RESPONSES = errors.response_specs(shapes.Faulty, 400, 401, 403, 404, 409, 413, 415, 429, 500, 503)


@post(
    ["/v1/embeddings", "/embeddings"],
    tags=["compatible"],
    summary="Embed as OpenAI",
    status_code=200,
    guards=[auth.needs(Scope.SEARCH), media.json_only],
    responses=RESPONSES,
)
async def embeddings(data: JSONBody[OpenaiEmbed], gateway: TheGateway) -> Embedded:
    """Embed texts. Returns one vector per text, in order. Long texts are truncated."""
    texts = data.texts()
    card = gateway.embedder(data.model).model
    _check_dimensions(data, card)
    vectors = await gateway.embed(texts, model=data.model, as_queries=data.is_query)
    tokens = await gateway.tokens(texts, data.model)

    def row(numbered: tuple[int, Vector]) -> Embedding:
        index, vector = numbered
        return Embedding(index=index, embedding=_encode_vector(vector, data.encoding_format))

    rows = await encoded.encode_rows(row, [*enumerate(vectors)])
    usage = shapes.Usage(prompt_tokens=tokens, total_tokens=tokens)
    return Embedded(data=rows, model=card.name, usage=usage)


@get(
    "/v1/models",
    tags=["compatible"],
    summary="List models as OpenAI",
    guards=[auth.needs(Scope.SEARCH)],
    responses=RESPONSES,
    sync_to_thread=False,
)
def models(gateway: TheGateway) -> OpenaiModels:
    """All models: rerankers, whose ids all contain `rerank`, then embedders."""
    return answer_models(gateway)


def answer_models(gateway: Gateway) -> OpenaiModels:
    """All models in OpenAI's format."""
    now = int(gateway.call.services.clock.now().timestamp())
    return OpenaiModels(
        data=[
            OpenaiModel(id=name, created=now, max_model_len=card.max_length)
            for name, card in [*gateway.rerankers(), *gateway.embedders()]
        ]
    )


def refusal_response(refusal: Refusal) -> Response[Any]:
    """An error response in OpenAI's format."""
    return refusal.response(shapes.Faulty(error=fault(refusal)))


def fault(refusal: Refusal) -> shapes.Fault:
    """The value of `error` in an error response."""
    return shapes.Fault(
        message=refusal.detail,
        type=_TYPES.get(refusal.kind, "server_error"),
        param=refusal.fields[0].field if refusal.fields else None,
        code=_CODES.get(refusal.kind),
    )


def _check_dimensions(data: OpenaiEmbed, card: ModelCard) -> None:
    if data.dimensions not in (None, card.dimensions):
        raise InvalidRequestError(
            "dimensions", f"must be {card.dimensions}, as of `{card.name}`, or omitted"
        )


def _encode_vector(vector: Vector, encoding: str | None) -> list[float] | str:
    if encoding == "base64":
        return base64.b64encode(vector.astype(np.dtype("<f4")).tobytes()).decode()
    return vector.tolist()
