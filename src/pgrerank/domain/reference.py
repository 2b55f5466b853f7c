"""A fixed set of pairs that is scored again and again, so that a change of the scores shows."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pgrerank.domain.errors import InvalidRequestError
from pgrerank.domain.model import ModelCard

MAX_PAIRS = 10_000


class ReferenceVerdict(StrEnum):
    """What became of the scores since the run before."""

    FIRST = "first"  # of these pairs
    SAME = "same"
    CHANGED = "changed"
    OTHER_MODEL = "other model"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferencePair:
    """A query with a passage as a reranker reads it."""

    query: str
    passage: str

    def __post_init__(self) -> None:
        """Refuse what cannot be scored.

        Raises:
            InvalidRequestError: The query or the passage is empty.
        """
        for name in ("query", "passage"):
            if not getattr(self, name).strip():
                raise InvalidRequestError(name, "must not be empty")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceSet:
    """Pairs under a name. Under the same name come others only by replacing all of them."""

    id: UUID
    name: str
    pairs: Sequence[ReferencePair]
    created_at: datetime

    @property
    def digest(self) -> bytes:
        """SHA-256 over the pairs: runs of other pairs are not compared."""
        found = hashlib.sha256()
        for pair in self.pairs:
            for text in (pair.query, pair.passage):
                found.update(hashlib.sha256(text.encode()).digest())
        return found.digest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """The scores of all pairs of a set at one moment."""

    id: UUID
    created_at: datetime
    digest: bytes
    model: ModelCard
    #: versions of libraries, the processor and the like
    environment: Mapping[str, str]
    #: raw scores in the order of the pairs; None: the model gave none
    scores: Sequence[float | None]
    truncated: Sequence[bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceComparison:
    """How a run differs from the one before."""

    verdict: ReferenceVerdict
    message: str
    #: None: there is none to compare with
    compared_with: UUID | None = None
    #: largest difference of a score, and what of it is noise; in the model's unit
    largest_change: float | None = None
    noise: float | None = None
    #: pairs that differ by more, or were scored in one of the runs alone
    beyond_noise: int = 0
    #: pairs of which more or less was read
    truncation_changes: int = 0
    #: rank correlation of the runs; None: one of them has no order
    kendall_tau: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredSet:
    """A run with what it says."""

    name: str
    run: Run
    comparison: ReferenceComparison


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptSet:
    """A set as it is listed: without its pairs, with its newest run."""

    name: str
    pairs: int
    created_at: datetime
    scored_at: datetime | None
    reranker: str | None
    verdict: ReferenceVerdict | None
    message: str | None
