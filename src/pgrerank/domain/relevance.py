"""Calibration in a search: probabilities of its results, and thresholds on them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar

from pgrerank.domain import calibration as calibrations
from pgrerank.domain.calibration import (
    LOGISTIC,
    NOT_CALIBRATED,
    Answerability,
    Applied,
    Calibration,
    CalibrationCurve,
    CandidatePool,
)
from pgrerank.domain.candidate import CutCounts, Hit
from pgrerank.domain.errors import ConflictError, NotFoundError
from pgrerank.domain.hit_scores import HitScores
from pgrerank.domain.model import ModelCard
from pgrerank.domain.rerank import RankedDocument
from pgrerank.domain.score_scale import Scale
from pgrerank.domain.threshold import Threshold


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
class StoredCalibrations:
    """What is stored for a collection, before it is known which reranker runs."""

    #: at most one of each reranker, the preferred one first
    calibrations: Sequence[Calibration] = ()
    #: the threshold that was requested by name; None: there is none of that name
    threshold: Threshold | None = None

    def of(self, model: ModelCard) -> StoredCalibration:
        """The calibration of a reranker, or else the preferred one of another."""
        own = (each for each in self.calibrations if each.fingerprint == model.fingerprint)
        preferred = next(iter(self.calibrations), None)
        return StoredCalibration(calibration=next(own, preferred), threshold=self.threshold)


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationContext:
    """The calibration that applies to the results of one search or ranking, if any."""

    #: their log-odds; None: nothing is calibrated
    scale: Scale | None = None
    #: their probability from their log-odds
    curve: CalibrationCurve = LOGISTIC
    #: whether any is relevant, from the best log-odds; None: it is computed from the relevances
    answerable_curve: CalibrationCurve | None = None
    #: for the answer and the log: its id or the reason why there is none, and the threshold
    applied: Applied = NOT_CALIBRATED

    def with_relevance(self, results: Sequence[Result]) -> tuple[Result, ...]:
        """All results in their final order, with log-odds and relevance of those with a score.

        Relevance never rises from one result to the next, since this order goes by the log-odds.
        """
        if self.scale is None:
            return tuple(results)
        scaled = self.scale.apply([result.scores for result in results])
        return tuple(
            result
            if relevance is None
            else replace(result, scores=replace(scores, relevance=relevance))
            for result, scores, relevance in zip(
                results, scaled, self._relevances(scaled), strict=True
            )
        )

    def answerable(self, results: Sequence[Result]) -> Answerability | None:
        """Whether any of the results is relevant; None without a calibration."""
        if self.scale is None:
            return None
        pairs = [
            (result.scores.log_odds, result.scores.relevance)
            for result in results
            if result.scores.log_odds is not None and result.scores.relevance is not None
        ]
        return calibrations.answerable(
            self.answerable_curve, [each for each, _ in pairs], [each for _, each in pairs]
        )

    @property
    def has_threshold(self) -> bool:
        """Whether there is a named threshold."""
        applied = self.applied
        return applied.threshold_log_odds is not None or applied.threshold_relevance is not None

    def passes_threshold(self, scores: HitScores) -> bool:
        """Whether scores reach the named threshold; true if there is none."""
        return at_least(scores.log_odds, self.applied.threshold_log_odds) and at_least(
            scores.relevance, self.applied.threshold_relevance
        )

    def _relevances(self, scores: Sequence[HitScores]) -> Iterator[float | None]:
        least = 1.0
        for each in scores:
            if each.log_odds is not None:
                # Equal log-odds may differ by rounding once they are scaled.
                least = min(least, self.curve.relevance(each.log_odds))
            yield None if each.log_odds is None else least


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
    is_bound = bounds.min_relevance is not None or threshold is not None
    if applied.id is None and is_bound:
        raise ConflictError(
            f"Results cannot be cut by relevance: {applied.reason}. "
            "Fit one with: pgrerank calibrate"
        )
    applied = replace(
        applied,
        threshold_log_odds=threshold and threshold.cutoff,
        threshold_relevance=threshold and threshold.min_relevance,
    )
    if stored.calibration is None or applied.id is None:
        return CalibrationContext(applied=applied)
    return _context(stored.calibration, applied, is_search=pool is not None)


def _context(calibration: Calibration, applied: Applied, *, is_search: bool) -> CalibrationContext:
    is_own = is_search or calibration.searches is None
    return CalibrationContext(
        scale=calibration.searches if is_search else calibration.documents,
        curve=calibration.curve if is_own else LOGISTIC,
        answerable_curve=calibration.answerable if is_own else None,
        applied=applied,
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
    if not scored or not (_is_bounded(bounds) or calibration.has_threshold):
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


def _is_bounded(bounds: Bounds) -> bool:
    return bounds.min_score is not None or bounds.min_relevance is not None


def at_least(value: float | None, least: float | None) -> bool:
    """Whether a value reaches a bound. A value of None reaches none; a bound of None is none."""
    return least is None or (value is not None and value >= least)


def _applied_calibration(
    calibration: Calibration | None, model: ModelCard, pool: CandidatePool | None
) -> Applied:
    if calibration is None:
        return NOT_CALIBRATED
    reason = _reason_not_to_apply(calibration, model, is_search=pool is not None)
    if reason is not None:
        return Applied(id=None, reason=reason)
    is_same_kind = calibration.pool == pool or (pool is None and calibration.searches is None)
    if is_same_kind:
        return Applied(id=calibration.id)
    kind = "searches" if pool is None else "other searches"
    return Applied(id=calibration.id, reason=f"it was fitted to {kind}: {calibration.pool}")


def _reason_not_to_apply(
    calibration: Calibration, model: ModelCard, *, is_search: bool
) -> str | None:
    if calibration.fingerprint != model.fingerprint:
        return (
            f"the calibration is of another reranker: {calibration.reranker} "
            f"({calibration.fingerprint[:12]}), and {model.name} ({model.fingerprint[:12]}) runs"
        )
    if is_search and calibration.searches is None:
        return "the calibration was fitted to supplied pairs, not to searches"
    if not is_search and calibration.documents is None:
        return "relevance did not rise with the raw score alone in the searches that were judged"
    return None


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
