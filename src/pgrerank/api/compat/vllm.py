"""vLLM's rerank and score APIs."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Annotated, Any, Literal, TypeAlias

from litestar import Response, post
from litestar.params import JSONBody
from msgspec import Meta, Struct

from pgrerank.api import auth, encoded, media
from pgrerank.api.compat import errors, shapes
from pgrerank.api.compat.errors import Refusal
from pgrerank.api.compat.gateway import Gateway, TheGateway
from pgrerank.domain import bounds
from pgrerank.domain.errors import InvalidRequestError, TooLargeError
from pgrerank.domain.rerank import MAX_TEXT_CHARACTERS, RankedDocument, RerankOutcome
from pgrerank.domain.tenant import Scope

NAME = "vllm"
#: most distinct queries in one score request; each is a ranking in the log
MAX_QUERIES = 1_000


class Part(Struct, frozen=True, kw_only=True):
    """A part of a text. Other types, such as images, are refused."""

    type: shapes.Word = "text"
    text: shapes.String | None = None


class Content(Struct, frozen=True, kw_only=True):
    """A text in parts."""

    content: Annotated[list[Part], Meta(max_length=1_000)]


Text: TypeAlias = shapes.String | Content
Texts: TypeAlias = Text | list[Text]
UseActivation = Annotated[
    bool | None,
    Meta(description="`false`: return raw scores of the reranker instead of 0 to 1."),
]


class VllmRerank(Struct, frozen=True, kw_only=True):
    """Request of vLLM to rerank."""

    query: Text
    documents: Texts
    model: shapes.Model = None
    top_n: Annotated[
        shapes.CountOrAll,
        Meta(description="Maximum number of results; 0: all."),
    ] = None
    use_activation: UseActivation = None
    instruction: shapes.Instruction = None


class VllmScore(Struct, frozen=True, kw_only=True):
    """Request of vLLM to score: one text against several, or pairs. The field names are aliases."""

    text_1: Texts | None = None
    text_2: Texts | None = None
    queries: Texts | None = None
    documents: Texts | None = None
    items: Texts | None = None
    data_1: Texts | None = None
    data_2: Texts | None = None
    model: shapes.Model = None
    use_activation: UseActivation = None

    def pairs(self) -> tuple[list[str], list[str]]:
        """Left and right texts, lists of the same length. Raises InvalidRequestError."""
        left_name, left = self._first("queries", "text_1", "data_1", least=1)
        right_name, right = self._first("documents", "items", "text_2", "data_2", least=0)
        if len(left) == 1:
            left *= len(right)
        if len(left) != len(right):
            raise InvalidRequestError(
                left_name, f"has {len(left)} for {len(right)} {right_name}; send 1, or equally many"
            )
        return left, right

    def _first(self, *names: str, least: Literal[0, 1]) -> tuple[str, list[str]]:
        """Name and texts of the first of these fields that was sent.

        Raises InvalidRequestError if a text has fewer than `least` characters.
        """
        name = next((name for name in names if getattr(self, name) is not None), names[0])
        texts = _as_list(name, getattr(self, name))
        if not texts:
            raise InvalidRequestError(name, errors.EMPTY)
        for place, text in enumerate(texts):
            bounds.text(f"{name}[{place}]", text, least=least, most=MAX_TEXT_CHARACTERS)
        return name, texts


class Shown(Struct, frozen=True, kw_only=True):
    """A document in a response."""

    text: str
    multi_modal: None = None


class VllmResult(Struct, frozen=True, kw_only=True):
    """A ranked document."""

    index: int
    document: Shown
    relevance_score: float


class VllmRanking(Struct, frozen=True, kw_only=True):
    """Response of vLLM to a rerank request."""

    id: str
    model: str
    usage: shapes.Usage
    results: list[VllmResult]


class VllmPairScore(Struct, frozen=True, kw_only=True):
    """The score of a pair."""

    index: int
    object: str = "score"
    score: float


class VllmScores(Struct, frozen=True, kw_only=True):
    """Response of vLLM to a score request, in the order of the pairs."""

    id: str
    object: str = "list"
    created: int
    model: str
    data: list[VllmPairScore]
    usage: shapes.Usage


RESPONSES = errors.response_specs(shapes.Faulty, 400, 401, 403, 404, 409, 413, 415, 429, 500, 503)


@post(
    ["/rerank", "/v1/rerank", "/v2/rerank"],
    tags=["compatible"],
    summary="Rerank as vLLM",
    status_code=200,
    guards=[auth.needs(Scope.SEARCH), media.json_only],
    responses=RESPONSES,
)
async def rerank(data: JSONBody[VllmRerank], gateway: TheGateway) -> VllmRanking:
    """Rank documents. With a calibration, `relevance_score` is a probability."""
    return await answer_rerank(gateway, data)


@post(
    ["/score", "/v1/score"],
    tags=["compatible"],
    summary="Score pairs as vLLM",
    status_code=200,
    guards=[auth.needs(Scope.SEARCH), media.json_only],
    responses=RESPONSES,
)
async def score(data: JSONBody[VllmScore], gateway: TheGateway) -> VllmScores:
    """Score pairs. Returns one score per pair, in order. Logs a ranking for each distinct query."""
    left, right = data.pairs()
    places: dict[str, list[int]] = {}
    for place, query in enumerate(left):
        places.setdefault(query, []).append(place)
    if len(places) > MAX_QUERIES:
        raise TooLargeError("queries", size=len(places), limit=MAX_QUERIES, unit="queries")
    values = [0.0] * len(left)
    rankings: list[RerankOutcome] = []
    for query, own in places.items():
        ranked = await gateway.rank(NAME, query, [right[place] for place in own], model=data.model)
        rankings.append(ranked)
        shown = shapes.scores(ranked, raw=data.use_activation is False)
        for each, value in zip(ranked.results, shown, strict=True):
            values[own[each.index]] = value
    rows = await encoded.encode_rows(
        lambda pair: VllmPairScore(index=pair[0], score=pair[1]), [*enumerate(values)]
    )
    return _scores(rankings, rows)


async def answer_rerank(gateway: Gateway, data: VllmRerank) -> VllmRanking:
    """Rank documents and return the response in vLLM's format."""
    shapes.refuse_instruction(data.instruction)
    documents = _as_list("documents", data.documents)
    ranked = await gateway.rank(
        NAME, _text("query", data.query), documents, model=data.model, limit=data.top_n or None
    )

    def result(each: RankedDocument, score: float) -> VllmResult:
        return VllmResult(
            index=each.index,
            document=Shown(text=documents[each.index]),
            relevance_score=score,
        )

    results = await shapes.encode_results(result, ranked, raw=data.use_activation is False)
    return VllmRanking(
        id=f"rerank-{ranked.id}",
        model=shapes.ran(ranked),
        usage=shapes.Usage.of(ranked),
        results=results,
    )


def _scores(rankings: Sequence[RerankOutcome], rows: list[VllmPairScore]) -> VllmScores:
    last = rankings[-1]
    tokens = sum(ranked.tokens for ranked in rankings)
    return VllmScores(
        id=f"score-{last.id}",
        created=int(last.created_at.timestamp()),
        model=shapes.ran(last),
        data=rows,
        usage=shapes.Usage(prompt_tokens=tokens, total_tokens=tokens),
    )


def refusal_response(refusal: Refusal) -> Response[Any]:
    """An error response in vLLM's format."""
    name = HTTPStatus(refusal.status).phrase.replace(" ", "").removesuffix("Error") + "Error"
    param = refusal.fields[0].field if refusal.fields else None
    fault = shapes.Fault(message=refusal.detail, type=name, param=param, code=refusal.status)
    return refusal.response(shapes.Faulty(error=fault))


def _as_list(field: str, texts: Texts | None) -> list[str]:
    if texts is None:
        raise InvalidRequestError(field, "is missing")
    items: Sequence[Text] = texts if isinstance(texts, list) else [texts]
    return [_text(field, text) for text in items]


def _text(field: str, text: Text) -> str:
    if isinstance(text, str):
        return text
    parts = [part.text for part in text.content if part.type == "text" and part.text is not None]
    if len(parts) < len(text.content):
        raise InvalidRequestError(field, "must be text: this reranker reads only text")
    return "\n".join(parts)
