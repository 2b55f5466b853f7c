"""Identity of a model: its name for people, its fingerprint for stored data."""

from dataclasses import dataclass, field
from enum import StrEnum

from pgrerank.domain.errors import InvalidRequestError
from pgrerank.domain.ids import ModelId, model_id

#: the most that pgvector's HNSW index supports for half-precision vectors
MAX_DIMENSIONS = 4_000


class ModelKind(StrEnum):
    """The task of a model."""

    EMBEDDER = "embedder"
    RERANKER = "reranker"


class ScoreKind(StrEnum):
    """The kind of a reranker's raw score."""

    LOGIT = "logit"  # unbounded, the output of a linear head
    MAXSIM = "maxsim"  # mean over query tokens of the best cosine, -1..1
    UNIT = "unit"  # 0..1, from another server; not a probability until it is calibrated
    ORDER = "order"  # 0..1, of which only the order within one list is meaningful


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelCard:
    """Identity of a loaded model. Models with equal fingerprints give equal numbers."""

    kind: ModelKind
    name: str
    #: SHA-256 (hex) over weights, precision, maximum length and input template
    fingerprint: str
    precision: str
    #: maximum tokens of a sequence, including special tokens
    max_length: int
    revision: str | None = None
    #: length of the vectors, embedders only
    dimensions: int | None = None
    #: rerankers only
    score_kind: ScoreKind | None = None
    #: fingerprint of the late-interaction model whose stored token vectors it can read
    reads: str | None = field(default=None, compare=False)
    #: fingerprint of the full form of the same model, which it may replace
    stands_for: str | None = field(default=None, compare=False)
    #: readable description of what it runs on and why; not part of its identity
    runs: str = field(default="", compare=False)

    @property
    def id(self) -> ModelId:
        """Its id in every database."""
        return model_id(self.fingerprint)

    def can_replace(self, full: "ModelCard") -> bool:
        """Whether this model is a reduced form of the reranker `full` and may replace it."""
        return full.score_kind is ScoreKind.MAXSIM and self.stands_for == full.fingerprint

    def require_storable(self) -> None:
        """Refuse an embedder whose vectors cannot be indexed.

        Raises:
            InvalidRequestError: The vectors have more than 4,000 dimensions.
        """
        if self.dimensions is not None and self.dimensions > MAX_DIMENSIONS:
            raise InvalidRequestError(
                "embedder",
                f"{self.name} makes vectors of {self.dimensions} dimensions; "
                f"at most {MAX_DIMENSIONS} can be searched",
            )
