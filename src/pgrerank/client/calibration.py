"""Responses about calibrations and thresholds, and their knobs."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from msgspec import Struct
from typing_extensions import TypedDict


class CalibrationKnobs(TypedDict, total=False):
    """Settings of a new calibration. Omitted ones have the service's defaults."""

    #: name of a collection; omitted: all collections of the tenant
    collection: str | None
    strategy: Literal["hybrid", "dense", "keyword", "tiered"]
    candidates: int
    #: chunks that are reranked
    depth: int
    cascade: int | None
    #: `skip` results without a judgment, or count them as `irrelevant`
    unjudged: Literal["skip", "irrelevant"]
    #: `search` for each judged query now, or use the scores of the `log`
    source: Literal["search", "log"]
    method: Literal["logistic", "isotonic", "beta"] | None
    #: lowest grade that counts as relevant, 1-3
    relevant_from: int
    #: `query`, `text` and `grade` of pairs to fit to instead of the stored judgments
    pairs: list[Mapping[str, Any]] | None


class ThresholdKnobs(TypedDict, total=False):
    """A threshold to set: by a precision to keep, or by a minimum probability."""

    #: precision of the remaining results, above 0 and below 1
    precision: float | None
    #: confidence that it is kept; default: 0.95
    confidence: float | None
    #: minimum probability of relevance, instead of the others
    min_relevance: float | None
    #: calibration whose judged pairs are used; default: the newest that applies
    calibration_id: UUID | str | None


class _Answer(Struct, frozen=True, kw_only=True):
    pass


class Estimate(_Answer, frozen=True, kw_only=True):
    """An estimate with its 95 % confidence interval over queries."""

    value: float
    low: float
    high: float


class ReliabilityBin(_Answer, frozen=True, kw_only=True):
    """A bin of pairs with similar predicted probability."""

    predicted: float
    observed: float
    pairs: int


class CutoffPoint(_Answer, frozen=True, kw_only=True):
    """Precision and recall if results below these log-odds are cut."""

    cutoff: float
    relevance: float
    pairs: int
    precision: Estimate
    recall: Estimate


class CalibrationCurve(_Answer, frozen=True, kw_only=True):
    """The curve from log-odds to probability."""

    method: str
    coefficients: list[float]
    scores: list[float]
    probabilities: list[float]


class SearchScale(_Answer, frozen=True, kw_only=True):
    """Log-odds of the candidates of a search."""

    base: float
    factor: float
    level: float
    center: float


class DocumentScale(_Answer, frozen=True, kw_only=True):
    """Log-odds of a supplied document: `base` + `slope` x its raw score."""

    base: float
    slope: float


class CalibrationResponse(_Answer, frozen=True, kw_only=True):
    """A fitted calibration."""

    id: UUID
    created_at: datetime | None
    #: None: it applies to all collections of the tenant
    collection: str | None
    reranker: str
    reranker_fingerprint: str
    #: None: it applies to no search
    searches: SearchScale | None
    #: None: it does not apply to supplied documents
    documents: DocumentScale | None
    curve: CalibrationCurve
    strategy: str
    candidates: int
    depth: int
    unjudged: str
    relevant_from: int
    queries: int
    pairs: int
    positives: int
    brier: Estimate
    log_loss: Estimate
    #: expected calibration error, 15 bins of equal mass
    ece: Estimate
    ece_uncalibrated: Estimate
    #: held-out log loss of each method that was tried
    tried: dict[str, float]
    bins: list[ReliabilityBin]
    #: precision at k, for k from 1
    precision_at: list[Estimate]
    warnings: list[str]
    #: cut-offs from strict to loose; None in listings
    points: list[CutoffPoint] | None = None


class CalibrationPage(_Answer, frozen=True, kw_only=True):
    """A page of calibrations, newest first."""

    items: list[CalibrationResponse]
    cursor: str | None = None


class ThresholdResponse(_Answer, frozen=True, kw_only=True):
    """A named threshold."""

    name: str
    collection: str | None
    #: log-odds by `calibration_id`
    cutoff: float | None
    min_relevance: float | None
    #: precision that it keeps; None: set by `min_relevance`
    precision: float | None
    confidence: float | None
    reranker: str | None
    reranker_fingerprint: str | None
    calibration_id: UUID | None
    created_at: datetime | None


class ThresholdPage(_Answer, frozen=True, kw_only=True):
    """All thresholds of the tenant, sorted by name."""

    items: list[ThresholdResponse]


class ThresholdSet(_Answer, frozen=True, kw_only=True):
    """The threshold that was set."""

    name: str
    cutoff: float | None
    min_relevance: float | None
    explanation: str
