"""A dialect: what is sent for some texts, and what comes back."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol, TypeAlias

from msgspec import Struct

from pgrerank.domain.model import ScoreKind

#: plain values, as JSON has them
Body: TypeAlias = Mapping[str, Any]
#: place of a document in the request, with its score
Placed: TypeAlias = tuple[int, float | None]
Side: TypeAlias = Literal["query", "passage"]


class RerankBody(Protocol):
    """What to send."""

    def __call__(self, model: str, query: str, texts: Sequence[str], /, *, kind: ScoreKind) -> Body:
        """The body of a request for scores of this kind, where the server has several."""
        ...


class EmbedBody(Protocol):
    """What to send."""

    def __call__(self, model: str, texts: Sequence[str], side: Side, /) -> Body:
        """The body of a request for vectors of queries or of passages."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class RerankDialect:
    """How a server is asked for scores."""

    path: str
    #: documents in one request
    batch: int
    #: what its scores are, unless an operator says otherwise
    kind: ScoreKind
    body: RerankBody
    #: what its answer says; raises msgspec.ValidationError where it is none
    scores: Callable[[Any], list[Placed]]


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbedDialect:
    """How a server is asked for vectors."""

    path: str
    #: texts in one request
    batch: int
    body: EmbedBody
    #: place of a text in the request, with its vector; raises msgspec.ValidationError
    vectors: Callable[[Any], list[tuple[int, list[float]]]]


class DialectResult(Struct):
    """A scored document, as most dialects have it."""

    index: int
    #: null or absent: the server could not say
    relevance_score: float | None = None

    @property
    def placed(self) -> Placed:
        """Place and score."""
        return self.index, self.relevance_score
