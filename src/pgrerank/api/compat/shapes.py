"""Schemas that several dialects share. Unknown fields are ignored; null means the default."""

from collections.abc import Callable
from itertools import starmap
from typing import Annotated, Any, TypeAlias, TypeVar

from msgspec import Meta, Struct

from pgrerank.api import encoded
from pgrerank.domain.errors import InvalidRequestError
from pgrerank.domain.request import MAX_QUERY_CHARACTERS
from pgrerank.domain.rerank import MAX_TEXT_CHARACTERS, RankedDocument, RerankOutcome

T = TypeVar("T")

#: largest value of PostgreSQL's type integer
_MOST = 2**31 - 1
#: name of a model, a field or the like
Word = Annotated[str, Meta(max_length=1_000)]
Query = Annotated[
    str,
    Meta(max_length=MAX_QUERY_CHARACTERS, description="Query for which the documents are ranked."),
]
String = Annotated[str, Meta(max_length=MAX_TEXT_CHARACTERS)]
#: strings, or objects that are read field by field
Documents: TypeAlias = list[
    String | Annotated[dict[Annotated[str, Meta(max_length=1_000)], Any], Meta(max_length=1_000)]
]
Count: TypeAlias = Annotated[int, Meta(ge=1, le=_MOST)] | None
TopN = Annotated[Count, Meta(description="Maximum number of results. Default: all.")]
Token: TypeAlias = Annotated[int, Meta(ge=0, le=_MOST)]
#: in vLLM, 0 means all
CountOrAll: TypeAlias = Annotated[int, Meta(ge=0, le=_MOST)] | None
RankFields: TypeAlias = Annotated[list[Word], Meta(max_length=1_000)] | None
Model = Annotated[
    Word | None,
    Meta(
        description="An id from `GET /v1/models`. Any other name selects the default reranker; "
        "the response names the one that ran."
    ),
]
Instruction = Annotated[
    Word | None,
    Meta(
        description="Refused: an instruction belongs to a reranker that the operator named, since "
        "scores under different instructions must not be compared. Choose one by `model`."
    ),
]
Returned = Annotated[bool | None, Meta(description="Include the documents in the response.")]


def refuse_instruction(instruction: str | None) -> None:
    """Refuse an instruction, which would be ignored. Raises InvalidRequestError."""
    if instruction:
        raise InvalidRequestError(
            "instruction",
            "must be absent: an instruction belongs to a reranker that the operator named. Choose "
            "one by `model`",
        )


async def encode_results(
    make: Callable[[RankedDocument, float], T], ranked: RerankOutcome, *, raw: bool | None = False
) -> list[T]:
    """Results of a ranking as JSON, each made of the document and its score (see `scores`)."""
    return await encoded.encode_all(
        lambda: starmap(make, zip(ranked.results, scores(ranked, raw=raw), strict=True)),
        items=len(ranked.results),
    )


class Usage(Struct, frozen=True, kw_only=True):
    """The tokens that the model read, counted by its own tokenizer."""

    prompt_tokens: int
    total_tokens: int

    @classmethod
    def of(cls, ranked: RerankOutcome) -> "Usage":
        """Usage of a ranking."""
        return cls(prompt_tokens=ranked.tokens, total_tokens=ranked.tokens)


class Fault(Struct, frozen=True, kw_only=True):
    """The value of `error` in OpenAI's error format."""

    message: str
    type: str | None
    param: str | None
    code: int | str | None


class Faulty(Struct, frozen=True, kw_only=True):
    """An error response in OpenAI's format."""

    error: Fault


class Detailed(Struct, frozen=True, kw_only=True):
    """An error response in the format of Jina and Voyage."""

    detail: str


def document_object(document: str | dict[str, Any]) -> dict[str, Any]:
    """A supplied document as an object."""
    return {"text": document} if isinstance(document, str) else document


def ran(ranked: RerankOutcome) -> str:
    """Name of the reranker that ran, for responses; empty: none ran."""
    return ranked.rerank.model or ""


def scores(ranked: RerankOutcome, *, raw: bool | None = False) -> list[float]:
    """One score per result, never rising: from 0 to 1, or raw in the reranker's unit.

    A document without a score gets 0, or the lowest of the raw scores.
    """
    if not raw:
        return [each.display_score for each in ranked.results]
    raw_scores = [each.scores.rerank for each in ranked.documents if each.scores.rerank is not None]
    lowest = min(raw_scores, default=0.0)
    return [lowest if (score := each.scores.deciding) is None else score for each in ranked.results]
