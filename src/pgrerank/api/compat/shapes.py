"""Shapes that several dialects share. Unknown fields are ignored, nulls mean the default."""

from collections.abc import Callable, Sequence
from typing import Annotated, Any, TypeAlias, TypeVar, cast

from litestar.serialization import encode_json
from msgspec import Meta, Raw, Struct

from pgrerank.domain.offload import offload
from pgrerank.domain.request import MAX_QUERY_CHARACTERS
from pgrerank.domain.rerank import MAX_TEXT_CHARACTERS, RerankOutcome

T = TypeVar("T")
Item = TypeVar("Item")

#: as many as an integer of Postgres holds
_MOST = 2**31 - 1
#: a name of a model, of a field and the like
Word = Annotated[str, Meta(max_length=1_000)]
Query = Annotated[
    str,
    Meta(max_length=MAX_QUERY_CHARACTERS, description="What the documents are held against."),
]
String = Annotated[str, Meta(max_length=MAX_TEXT_CHARACTERS)]
#: strings, or objects whose fields are read
Documents: TypeAlias = list[
    String | Annotated[dict[Annotated[str, Meta(max_length=1_000)], Any], Meta(max_length=1_000)]
]
Count: TypeAlias = Annotated[int, Meta(ge=1, le=_MOST)] | None
TopN = Annotated[Count, Meta(description="Results in the answer at most. Default: all.")]
Token: TypeAlias = Annotated[int, Meta(ge=0, le=_MOST)]
#: vLLM says 0 for all
CountOrAll: TypeAlias = Annotated[int, Meta(ge=0, le=_MOST)] | None
RankFields: TypeAlias = Annotated[list[Word], Meta(max_length=1_000)] | None
Model = Annotated[
    Word | None,
    Meta(
        description="An id that `GET /v1/models` lists. Any other stands for the default reranker; "
        "the answer names the one that ran."
    ),
]
Returned = Annotated[bool | None, Meta(description="Answer with the documents as well.")]


async def encode_rows(make: Callable[[Item], T], given: Sequence[Item]) -> list[T]:
    """Rows of an answer as JSON, made and encoded beside the event loop where they are many.

    A row that is JSON already costs the encoder of the answer a copy. 2,048 vectors take it 50 ms
    otherwise, in which nothing else runs.
    """

    def rows() -> list[Raw]:
        return [Raw(encode_json(make(each))) for each in given]

    return cast("list[T]", await offload(rows, items=len(given)))


class DocumentText(Struct, frozen=True, kw_only=True):
    """A document in an answer."""

    text: str


class Usage(Struct, frozen=True, kw_only=True):
    """What the reranker read, in its own tokens."""

    prompt_tokens: int
    total_tokens: int

    @classmethod
    def of(cls, ranked: RerankOutcome) -> "Usage":
        """That of one ranking."""
        return cls(prompt_tokens=ranked.tokens, total_tokens=ranked.tokens)


class Fault(Struct, frozen=True, kw_only=True):
    """What `error` holds where a dialect follows OpenAI's form."""

    message: str
    type: str | None
    param: str | None
    code: int | str | None


class Faulty(Struct, frozen=True, kw_only=True):
    """A refusal in OpenAI's form."""

    error: Fault


class Detailed(Struct, frozen=True, kw_only=True):
    """A refusal in the form of Jina and Voyage."""

    detail: str


def document_object(document: str | dict[str, Any]) -> dict[str, Any]:
    """A document as it was brought, as an object."""
    return {"text": document} if isinstance(document, str) else document


def ran(ranked: RerankOutcome) -> str:
    """The reranker to name in an answer."""
    return ranked.rerank.model or ""


def scores(ranked: RerankOutcome, *, raw: bool | None = False) -> list[float]:
    """One number a result, never rising: from 0 to 1, or raw in the reranker's own unit.

    A document that has no score is shown 0, or the lowest of the raw scores.
    """
    if not raw:
        return [each.display for each in ranked.results]
    known = [each.scores.rerank for each in ranked.documents if each.scores.rerank is not None]
    lowest = min(known, default=0.0)
    return [lowest if (score := each.scores.deciding) is None else score for each in ranked.results]
