"""What identifies a model: its name for people, its fingerprint for everything stored."""

from dataclasses import dataclass, field
from enum import StrEnum

from pgrerank.domain.errors import InvalidRequestError

#: what pgvector's HNSW takes, of half-precision numbers
MAX_DIMENSIONS = 4_000


class ModelKind(StrEnum):
    """What a model does."""

    EMBEDDER = "embedder"
    RERANKER = "reranker"


class ScoreKind(StrEnum):
    """What a reranker's raw score is."""

    LOGIT = "logit"  # unbounded, the output of a linear head
    MAXSIM = "maxsim"  # mean over query tokens of the best cosine, -1..1
    UNIT = "unit"  # 0..1, as another server made it; no probability until it is calibrated
    ORDER = "order"  # 0..1, of which only the order within one list means something


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelCard:
    """Identity of a loaded model. Two cards with one fingerprint give the same numbers."""

    kind: ModelKind
    name: str
    #: SHA-256 (hex) over weights, precision, maximal length and input template
    fingerprint: str
    precision: str
    #: tokens a sequence may have, special tokens included
    max_length: int
    revision: str | None = None
    #: length of the vectors, embedders only
    dimensions: int | None = None
    #: rerankers only
    score_kind: ScoreKind | None = None
    #: its score is combined with other scores of a search (see domain/ensemble.py)
    ensemble_member: bool = field(default=False, compare=False)
    #: fingerprint of the late interaction whose stored token vectors it reads, where there are some
    reads: str | None = field(default=None, compare=False)
    #: fingerprint of a fuller form of the same, in whose place it may score
    stands_for: str | None = field(default=None, compare=False)
    #: on what it runs here and why, for people; no part of its identity
    runs: str = field(default="", compare=False)

    def can_replace(self, full: "ModelCard") -> bool:
        """Whether this model is a shorter form of that reranker, and may score in its place."""
        return full.score_kind is ScoreKind.MAXSIM and self.stands_for == full.fingerprint

    def require_storable(self) -> None:
        """Refuse an embedder whose vectors no index takes.

        Raises:
            InvalidRequestError: They have more than 4,000 dimensions.
        """
        if self.dimensions is not None and self.dimensions > MAX_DIMENSIONS:
            raise InvalidRequestError(
                "embedder",
                f"{self.name} makes vectors of {self.dimensions} dimensions; "
                f"at most {MAX_DIMENSIONS} can be searched",
            )
