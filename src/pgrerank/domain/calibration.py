"""Calibration: from the scores of a reranker to the probability that a result is relevant."""

import math
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import pairwise
from typing import TYPE_CHECKING, TypeAlias
from uuid import UUID

from pgrerank.domain.request import SearchRequest
from pgrerank.domain.score_scale import DocumentScale, SearchScale

# Not imported at run time: `pgrerank search --url` imports this module, and numpy takes a tenth of
# a second.
if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Floats: TypeAlias = "NDArray[np.float64]"

#: beyond this a logistic curve equals 0 or 1 in double precision, and exp() of Postgres fails
STEEPEST = 700.0


class Method(StrEnum):
    """The shape of a curve."""

    PLATT = "platt"
    ISOTONIC = "isotonic"
    BETA = "beta"


class Unjudged(StrEnum):
    """How unjudged pairs are treated."""

    #: as not relevant: correct if all relevant documents were judged
    IRRELEVANT = "irrelevant"
    #: left out; judged pairs are weighted to represent the unjudged ones of similar rank
    SKIP = "skip"


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationCurve:
    """A curve over log-odds. `sql/functions/calibration_curve_v1.sql` computes the same values."""

    method: Method
    #: platt: slope, intercept; beta: mean and standard deviation of log-odds, then a, b, c of Kull et
    #: al. (2017)
    coefficients: tuple[float, ...] = ()
    #: isotonic: knots by ascending log-odds; linear between them, constant outside
    scores: tuple[float, ...] = ()
    probabilities: tuple[float, ...] = ()

    @property
    def rises(self) -> bool:
        """Whether the curve never falls and is not constant.

        `sql/functions/curve_rises_v1.sql` checks the same; the database refuses other curves.
        """
        if self.method is Method.ISOTONIC:
            steps = pairwise(self.probabilities)
            return len(set(self.probabilities)) > 1 and all(low <= high for low, high in steps)
        if not all(map(math.isfinite, self.coefficients)):
            return False
        if self.method is Method.PLATT:
            return self.coefficients[0] > 0
        _, deviation, a, b, _ = self.coefficients
        return deviation > 0 and min(a, b) >= 0 and a + b > 0

    def relevance(self, score: float) -> float:
        """Probability of relevance, 0..1, at these log-odds."""
        if self.method is Method.ISOTONIC:
            return self._between(score)
        if self.method is Method.PLATT:
            slope, base = self.coefficients
            return logistic(slope * score + base)
        mean, deviation, a, b, c = self.coefficients
        z = (score - mean) / deviation
        return logistic(b * _softplus(z) - a * _softplus(-z) + c)

    def relevances(self, scores: Floats) -> list[float]:
        """Probability of relevance at each of the log-odds."""
        return [self.relevance(score) for score in scores.tolist()]

    def _between(self, score: float) -> float:
        place = bisect_right(self.scores, score)
        if place == 0:
            return self.probabilities[0]
        if place == len(self.scores):
            return self.probabilities[-1]
        x0, x1 = self.scores[place - 1 : place + 1]
        y0, y1 = self.probabilities[place - 1 : place + 1]
        return y0 + (y1 - y0) * (score - x0) / (x1 - x0)


#: the curve of log-odds that are right as they are
LOGISTIC = CalibrationCurve(method=Method.PLATT, coefficients=(1.0, 0.0))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sample:
    """Judged pairs with their scores, in parallel arrays of shape (pairs,)."""

    #: index of each pair's query, from 0
    queries: "NDArray[np.int64]"
    #: log-odds by the calibration that was fitted to them; before the fit, those above the base by
    #: the model that ships or, of supplied pairs, raw scores
    scores: Floats
    relevant: "NDArray[np.bool_]"
    #: how many pairs of the pool each represents, above 0
    weights: Floats
    #: raw scores of pairs of searches; None: supplied pairs, or stored ones
    rerank: "Floats | None" = None
    #: best raw score of each pair's search; None as before
    best: "Floats | None" = None

    @property
    def query_count(self) -> int:
        """Number of queries."""
        return len(set(self.queries.tolist()))

    @property
    def pair_count(self) -> int:
        """Number of pairs."""
        return len(self.scores)

    @property
    def positive_count(self) -> int:
        """Number of relevant pairs."""
        return int(self.relevant.sum())

    def of(self, chosen: "NDArray[np.bool_]") -> "Sample":
        """The subset of pairs where the mask `chosen` is true."""
        return Sample(
            queries=self.queries[chosen],
            scores=self.scores[chosen],
            relevant=self.relevant[chosen],
            weights=self.weights[chosen],
            rerank=None if self.rerank is None else self.rerank[chosen],
            best=None if self.best is None else self.best[chosen],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class IntervalEstimate:
    """A figure with its 95 % confidence interval over queries."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ReliabilityBin:
    """Pairs of similar probability: mean prediction and observed share of relevant ones."""

    predicted: float
    observed: float
    pairs: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """Quality of a calibration on held-out queries."""

    brier: IntervalEstimate
    log_loss: IntervalEstimate
    #: expected calibration error over bins of equal mass
    ece: IntervalEstimate
    #: the same without calibration: of the log-odds of the model that ships, or of raw scores
    ece_uncalibrated: IntervalEstimate
    #: held-out log loss of each method that was tried
    tried: Mapping[str, float]
    bins: Sequence[ReliabilityBin]
    #: precision among the k best pairs of a query, for k from 1
    precision_at: Sequence[IntervalEstimate]


@dataclass(frozen=True, slots=True, kw_only=True)
class CutoffPoint:
    """Precision and recall if results below these log-odds are removed."""

    cutoff: float
    relevance: float
    pairs: int
    precision: IntervalEstimate
    recall: IntervalEstimate


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidatePool:
    """How the candidates were retrieved. A calibration holds only for such searches."""

    strategy: str
    candidates: int
    depth: int

    @classmethod
    def of(cls, request: SearchRequest) -> "CandidatePool":
        """The pool of a search."""
        return cls(
            strategy=request.strategy,
            candidates=request.candidates,
            depth=request.effective_depth,
        )

    def __str__(self) -> str:
        """Readable description."""
        return f"{self.strategy}, {self.candidates} candidates, depth {self.depth}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """The part of a fitted calibration that a search needs."""

    id: UUID
    #: of the reranker whose scores it calibrates
    fingerprint: str
    reranker: str
    #: log-odds of searches; None: it was fitted to supplied pairs
    searches: SearchScale | None
    #: log-odds of supplied documents; None: relevance does not rise with the raw score alone
    documents: DocumentScale | None
    #: probability from those log-odds that it was fitted to: of searches, if there are any
    curve: CalibrationCurve
    #: probability that a pool holds a relevant result, from its best log-odds; None: it is computed
    #: from the relevances
    answerable: CalibrationCurve | None
    pool: CandidatePool


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """A calibration with all its data."""

    id: UUID
    created_at: datetime | None
    #: name of its collection; None: all collections of the tenant
    collection: str | None
    reranker: str
    fingerprint: str
    #: see Calibration
    searches: SearchScale | None
    documents: DocumentScale | None
    curve: CalibrationCurve
    answerable: CalibrationCurve | None
    pool: CandidatePool
    unjudged: Unjudged
    #: the lowest grade that counts as relevant
    relevant_from: int
    queries: int
    pairs: int
    positives: int
    quality: Quality
    warnings: Sequence[str] = ()
    points: Sequence[CutoffPoint] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """The calibration that was applied in a search."""

    #: None: no relevance was computed
    id: UUID | None
    #: why no calibration applied, or why it may be inaccurate
    reason: str | None = None
    #: value of the requested threshold: log-odds or a probability
    threshold_log_odds: float | None = None
    threshold_relevance: float | None = None


NOT_CALIBRATED = Applied(id=None, reason="no calibration")
NOT_RERANKED = Applied(id=None, reason="nothing was reranked")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answerability:
    """Whether the pool holds a relevant result."""

    probability: float

    @property
    def value(self) -> bool:
        """True if a relevant result is more likely than not."""
        return self.probability >= 0.5  # noqa: PLR2004 - even odds


def answerable(
    curve: CalibrationCurve | None, log_odds: Sequence[float], relevances: Sequence[float]
) -> Answerability | None:
    """Probability that a reranked pool holds a relevant result; None for an empty pool.

    Computed from the best log-odds if there is a curve for it (fitted to pools with and without
    relevant results), else from the relevances, as if they were independent.
    """
    if not log_odds:
        return None
    if curve is not None:
        return Answerability(probability=curve.relevance(max(log_odds)))
    return Answerability(probability=1 - math.prod(1 - each for each in relevances))


def logistic(x: float) -> float:
    """1 / (1 + exp(-x)), for any x."""
    return 1 / (1 + math.exp(-max(min(x, STEEPEST), -STEEPEST)))


def _softplus(x: float) -> float:
    """ln(1 + exp(x)), for any x."""
    return max(x, 0.0) + math.log(1 + math.exp(-min(abs(x), STEEPEST)))
