"""Dialect: the request and response format of a server."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol, TypeAlias

from msgspec import Struct

from pgrerank.domain.model import ScoreKind

#: a JSON object
Body: TypeAlias = Mapping[str, Any]
#: index of a document in the request, with its score
Placed: TypeAlias = tuple[int, float | None]
Side: TypeAlias = Literal["query", "passage"]


class RerankBody(Protocol):
    """Makes the body of a rerank request."""

    def __call__(self, model: str, query: str, texts: Sequence[str], /, *, kind: ScoreKind) -> Body:
        """Body of a request for scores, of this kind if the server has several."""
        ...


class EmbedBody(Protocol):
    """Makes the body of an embedding request."""

    def __call__(self, model: str, texts: Sequence[str], side: Side, /) -> Body:
        """Body of a request for vectors of queries or of passages."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class RerankDialect:
    """How to request scores from a server."""

    #: `{model}` in it stands for the name of the model
    path: str
    #: maximum documents per request
    batch: int
    #: kind of its scores, unless the operator sets another
    kind: ScoreKind
    body: RerankBody
    #: reads the scores from a response; raises msgspec.ValidationError if it is invalid
    scores: Callable[[Any], list[Placed]]
    #: adds an instruction to a body; None: the server takes none
    instruct: Callable[[Body, str], Body] | None = None


def as_field(body: Body, instruction: str) -> Body:
    """The body with the instruction in a field of its own, as vLLM and SIE take it."""
    return {**body, "instruction": instruction}


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbedDialect:
    """How to request vectors from a server."""

    #: `{model}` in it stands for the name of the model
    path: str
    #: maximum texts per request
    batch: int
    body: EmbedBody
    #: reads index and vector of each text from a response; raises msgspec.ValidationError
    vectors: Callable[[Any], list[tuple[int, list[float]]]]


class DialectResult(Struct):
    """A scored document in the format of most dialects."""

    index: int
    #: null or absent: the server has no score
    relevance_score: float | None = None

    @property
    def placed(self) -> Placed:
        """Index and score."""
        return self.index, self.relevance_score
