"""Reference sets: fixed pairs that are scored repeatedly, to detect changes of the scores."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pgrerank.domain.bounds import text
from pgrerank.domain.model import ModelCard
from pgrerank.domain.request import MAX_QUERY_CHARACTERS
from pgrerank.domain.rerank import MAX_TEXT_CHARACTERS

MAX_PAIRS = 10_000


class ReferenceVerdict(StrEnum):
    """How the scores changed since the previous run."""

    FIRST = "first"  # the first run of these pairs
    SAME = "same"
    CHANGED = "changed"
    OTHER_MODEL = "other model"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferencePair:
    """A query and a passage, as a reranker reads them."""

    query: str
    passage: str

    def __post_init__(self) -> None:
        """Refuse pairs that cannot be scored.

        Raises:
            InvalidRequestError: The query or the passage is blank, too long or cannot be stored.
        """
        text("query", self.query, least=1, most=MAX_QUERY_CHARACTERS)
        text("passage", self.passage, least=1, most=MAX_TEXT_CHARACTERS)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceSet:
    """A named set of pairs. The pairs can only be replaced all together."""

    id: UUID
    name: str
    pairs: Sequence[ReferencePair]
    created_at: datetime

    @property
    def digest(self) -> bytes:
        """SHA-256 over the pairs. Only runs with equal digests are compared."""
        digester = hashlib.sha256()
        for pair in self.pairs:
            for part in (pair.query, pair.passage):
                digester.update(hashlib.sha256(part.encode()).digest())
        return digester.digest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """The scores of all pairs of a set at one time."""

    id: UUID
    created_at: datetime
    digest: bytes
    model: ModelCard
    #: versions of libraries, the processor and the like
    environment: Mapping[str, str]
    #: raw scores in the order of the pairs; None: the model gave no score
    scores: Sequence[float | None]
    truncated: Sequence[bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceComparison:
    """How a run differs from the previous one."""

    verdict: ReferenceVerdict
    message: str
    #: None: there is no previous run
    compared_with: UUID | None = None
    #: largest difference of a score, and the largest that counts as noise; in the model's unit
    largest_change: float | None = None
    noise: float | None = None
    #: number of pairs that differ by more than noise, or were scored in only one of the runs
    beyond_noise: int = 0
    #: number of pairs that were truncated in only one of the runs
    truncation_changes: int = 0
    #: rank correlation of the runs; None: too few scores, or all scores of a run are equal
    kendall_tau: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredSet:
    """A run with its comparison with the previous one."""

    name: str
    run: Run
    comparison: ReferenceComparison


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceSetSummary:
    """A set in a listing: without its pairs, with data of its newest run."""

    name: str
    pairs: int
    created_at: datetime
    scored_at: datetime | None
    reranker: str | None
    verdict: ReferenceVerdict | None
    message: str | None
