"""Calibration in a search: probabilities of its results, and thresholds on them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, Protocol, TypeVar

import scipy

from pgrerank.domain import calibration as calibrations
from pgrerank.domain.calibration import (
    NOT_CALIBRATED,
    Answerability,
    Applied,
    Calibration,
    CandidatePool,
)
from pgrerank.domain.candidate import CutCounts, Hit
from pgrerank.domain.errors import ConflictError, NotFoundError
from pgrerank.domain.hit_scores import HitScores
from pgrerank.domain.model import ModelCard
from pgrerank.domain.rerank import RankedDocument
from pgrerank.domain.threshold import Threshold

_scipy: Any = scipy  # half typed


class Bounds(Protocol):
    """The bounds of a request below which results are removed. See SearchRequest."""

    @property
    def min_score(self) -> float | None:
        """Minimum raw score."""
        ...

    @property
    def min_relevance(self) -> float | None:
        """Minimum probability of relevance."""
        ...

    @property
    def threshold(self) -> str | None:
        """Name of a stored threshold."""
        ...


#: a result with its scores
Result = TypeVar("Result", Hit, RankedDocument)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredCalibration:
    """What is stored for a collection, before it is checked against the running reranker."""

    #: of any reranker; None: there is none
    calibration: Calibration | None = None
    #: the threshold that was requested by name; None: there is none of that name
    threshold: Threshold | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationContext:
    """The calibration that applies to the scores of one search, if any."""

    calibration: Calibration | None = None
    #: for the answer and the log: its id or the reason why there is none, and the threshold
    applied: Applied = NOT_CALIBRATED

    def with_relevance(self, results: Sequence[Result]) -> tuple[Result, ...]:
        """Results in their final order, each with its relevance if its score can be calibrated."""
        if self.calibration is None:
            return tuple(results)
        relevances = self.relevances([result.scores.rerank for result in results])
        return tuple(
            replace(result, scores=replace(result.scores, relevance=relevance))
            for result, relevance in zip(results, relevances, strict=True)
        )

    def relevances(self, scores: Sequence[float | None]) -> list[float | None]:
        """Probabilities of relevance that never rise from one result to the next.

        If the order depends on more than the score (log-odds, boosts), the curve alone could
        contradict the order. So a run of rising probabilities is replaced by its mean.

        Args:
            scores: Raw scores of the results in their final order; None: not scored.

        Returns:
            One for each result, 0..1; None without a score or without a calibration.
        """
        if self.calibration is None:
            return [None] * len(scores)
        curve = self.calibration.curve
        scored = [curve.relevance(score) for score in scores if score is not None]
        falling = iter(_never_rising(scored))
        return [None if score is None else next(falling) for score in scores]

    def answerable(self, results: Sequence[Result]) -> Answerability | None:
        """Whether any of the results is relevant; None without a calibration."""
        if self.calibration is None:
            return None
        pairs = [
            (result.scores.rerank, result.scores.relevance)
            for result in results
            if result.scores.rerank is not None and result.scores.relevance is not None
        ]
        return calibrations.answerable(
            self.calibration, [score for score, _ in pairs], [relevance for _, relevance in pairs]
        )

    def passes_threshold(self, scores: HitScores) -> bool:
        """Whether scores reach the named threshold; true if there is none."""
        return at_least(scores.rerank, self.applied.threshold_score) and at_least(
            scores.relevance, self.applied.threshold_relevance
        )


def resolve_calibration(
    stored: StoredCalibration, bounds: Bounds, model: ModelCard, *, pool: CandidatePool | None
) -> CalibrationContext:
    """Decide which calibration and threshold apply to the scores of a reranker.

    Args:
        stored: What is stored for the collection.
        bounds: Bounds of the request.
        model: The reranker.
        pool: How the search finds its candidates; None: the caller supplies them.

    Raises:
        ConflictError: A bound on relevance was requested, and no calibration of this reranker is
            stored; or the threshold is of another reranker.
        NotFoundError: There is no threshold of this name.
    """
    applied = _applied_calibration(stored.calibration, model, pool)
    threshold = _applied_threshold(stored.threshold, bounds, model)
    least = bounds.min_relevance if threshold is None else threshold.min_relevance
    if applied.id is None and (bounds.min_relevance is not None or least is not None):
        raise ConflictError(
            f"Results cannot be cut by relevance: {applied.reason}. "
            "Fit one with: pgrerank calibrate"
        )
    return CalibrationContext(
        calibration=None if applied.id is None else stored.calibration,
        applied=replace(
            applied,
            threshold_score=threshold and threshold.cutoff,
            threshold_relevance=threshold and threshold.min_relevance,
        ),
    )


def apply_bounds(
    results: Sequence[Result],
    bounds: Bounds,
    calibration: CalibrationContext,
    *,
    scored: bool = True,
) -> tuple[tuple[Result, ...], CutCounts]:
    """The results that no bound removes, and how many each bound removed.

    A result that several bounds would remove counts for the first of them. If `scored` is false
    (nothing was reranked), nothing is removed.
    """
    if not scored:
        return tuple(results), CutCounts()
    high = [each for each in results if at_least(each.scores.rerank, bounds.min_score)]
    likely = [each for each in high if at_least(each.scores.relevance, bounds.min_relevance)]
    passing = [each for each in likely if calibration.passes_threshold(each.scores)]
    removed = CutCounts(
        min_score=len(results) - len(high),
        min_relevance=len(high) - len(likely),
        threshold=len(likely) - len(passing),
    )
    return tuple(passing), removed


def _never_rising(values: Sequence[float]) -> Sequence[float]:
    """The non-increasing sequence closest to the values (least squares)."""
    if all(first >= second for first, second in pairwise(values)):
        return values
    # Few searches need this part of scipy, which is loaded on first use.
    return _scipy.optimize.isotonic_regression(values, increasing=False).x.tolist()


def at_least(value: float | None, least: float | None) -> bool:
    """Whether a value reaches a bound. A value of None reaches none; a bound of None is none."""
    return least is None or (value is not None and value >= least)


def _applied_calibration(
    calibration: Calibration | None, model: ModelCard, pool: CandidatePool | None
) -> Applied:
    if calibration is None:
        return NOT_CALIBRATED
    if calibration.fingerprint != model.fingerprint:
        return Applied(
            id=None,
            reason=f"the calibration is of another reranker: {calibration.reranker} "
            f"({calibration.fingerprint[:12]}), and {model.name} ({model.fingerprint[:12]}) runs",
        )
    if calibration.pool == pool:
        return Applied(id=calibration.id)
    kind = "searches" if pool is None else "other searches"
    return Applied(id=calibration.id, reason=f"it was fitted to {kind}: {calibration.pool}")


def _applied_threshold(
    threshold: Threshold | None, bounds: Bounds, model: ModelCard
) -> Threshold | None:
    if bounds.threshold is None:
        return None
    if threshold is None:
        raise NotFoundError("threshold", bounds.threshold, "Set it with: pgrerank threshold set")
    if threshold.fingerprint not in (None, model.fingerprint):
        raise ConflictError(
            f"The threshold `{threshold.name}` is of another reranker: {threshold.reranker} "
            f"({str(threshold.fingerprint)[:12]}), and {model.name} ({model.fingerprint[:12]}) runs. "
            "Calibrate, and set it again."
        )
    return threshold
