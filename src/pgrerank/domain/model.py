"""What identifies a model: its name for people, its fingerprint for everything stored."""

from dataclasses import dataclass, field
from enum import StrEnum


class ModelKind(StrEnum):
    """What a model does."""

    EMBEDDER = "embedder"
    RERANKER = "reranker"


class ScoreKind(StrEnum):
    """What a reranker's raw score is."""

    LOGIT = "logit"  # unbounded, the output of a linear head
    MAXSIM = "maxsim"  # mean over query tokens of the best cosine, -1..1


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
    #: on what it runs here and why, for people; no part of its identity
    runs: str = field(default="", compare=False)
