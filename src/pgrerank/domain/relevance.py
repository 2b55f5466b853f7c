"""Calibration in a search: probabilities for its results, and cuts by them."""

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
from pgrerank.domain.model import ModelCard
from pgrerank.domain.threshold import Threshold

_scipy: Any = scipy  # half typed


class Bounds(Protocol):
    """What a request says of results to cut. See SearchRequest."""

    @property
    def min_score(self) -> float | None:
        """Least raw score."""
        ...

    @property
    def min_relevance(self) -> float | None:
        """Least probability."""
        ...

    @property
    def threshold(self) -> str | None:
        """Name of a stored threshold."""
        ...


class Scored(Protocol):
    """A result with its score. See Hit."""

    @property
    def rerank_score(self) -> float | None:
        """Raw score of the reranker."""
        ...

    @property
    def relevance(self) -> float | None:
        """Probability of relevance."""
        ...


Result = TypeVar("Result", bound=Scored)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredCalibration:
    """What is stored for a collection, for a search to go by."""

    #: of whatever reranker; None: there is none at all
    calibration: Calibration | None = None
    #: the one that was asked for by name; None: there is none of that name
    threshold: Threshold | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationContext:
    """Running, of the reranker that runs: what was not is out, with the reason."""

    calibration: Calibration | None = None
    applied: Applied = NOT_CALIBRATED

    def of(self, hits: Sequence[Hit]) -> tuple[Hit, ...]:
        """Hits in their final order, with their relevance where they have a calibrated score."""
        found = self.relevances([hit.rerank_score for hit in hits])
        return tuple(
            replace(hit, relevance=relevance) for hit, relevance in zip(hits, found, strict=True)
        )

    def relevances(self, scores: Sequence[float | None]) -> list[float | None]:
        """Probabilities of relevance of results, which never rise from one place to the next.

        Where the order goes by more than the score (evidence, boosts), the curve alone would
        contradict it: results that it puts the wrong way round get the mean of theirs.

        Args:
            scores: Raw scores of the results in their final order; None: not scored.

        Returns:
            One for each result, 0..1; None without a score or without a calibration.
        """
        if self.calibration is None:
            return [None] * len(scores)
        curve = self.calibration.curve
        known = [curve.relevance(score) for score in scores if score is not None]
        falling = iter(_never_rising(known))
        return [None if score is None else next(falling) for score in scores]

    def answerable(self, hits: Sequence[Scored]) -> Answerability | None:
        """Whether any of the hits is relevant; None where that cannot be told."""
        if self.calibration is None:
            return None
        told = [hit for hit in hits if hit.rerank_score is not None and hit.relevance is not None]
        return calibrations.answerable(
            self.calibration,
            [hit.rerank_score for hit in told if hit.rerank_score is not None],
            [hit.relevance for hit in told if hit.relevance is not None],
        )

    def passes(self, hit: Scored) -> bool:
        """Whether the named threshold lets a hit through."""
        return at_least(hit.rerank_score, self.applied.threshold_score) and at_least(
            hit.relevance, self.applied.threshold_relevance
        )


def resolve_calibration(
    running: StoredCalibration, bounds: Bounds, model: ModelCard, *, pool: CandidatePool | None
) -> CalibrationContext:
    """What a search by this reranker goes by.

    Args:
        running: What is stored.
        bounds: The request.
        model: The reranker.
        pool: How the search finds its candidates; None: the caller brings them.

    Raises:
        ConflictError: A cut was asked for that no calibration of this reranker stands for.
        NotFoundError: There is no threshold of the name.
    """
    applied = _applied_calibration(running.calibration, model, pool)
    threshold = _threshold(running.threshold, bounds, model)
    least = bounds.min_relevance if threshold is None else threshold.min_relevance
    if applied.id is None and (bounds.min_relevance is not None or least is not None):
        raise ConflictError(
            f"Results cannot be cut by relevance: {applied.reason}. "
            "Fit one with: pgrerank calibrate"
        )
    return CalibrationContext(
        calibration=None if applied.id is None else running.calibration,
        applied=replace(
            applied,
            threshold_score=threshold and threshold.cutoff,
            threshold_relevance=threshold and threshold.min_relevance,
        ),
    )


def apply_bounds(
    hits: Sequence[Result], bounds: Bounds, calibration: CalibrationContext, *, scored: bool = True
) -> tuple[tuple[Result, ...], CutCounts]:
    """The hits that no bound removes, and how many the first that did removed.

    Bounds apply to scores: where reranking gave none at all, `scored` is false, they remove nothing.
    """
    if not scored:
        return tuple(hits), CutCounts()
    high = [hit for hit in hits if at_least(hit.rerank_score, bounds.min_score)]
    likely = [hit for hit in high if at_least(hit.relevance, bounds.min_relevance)]
    kept = [hit for hit in likely if calibration.passes(hit)]
    removed = CutCounts(
        min_score=len(hits) - len(high),
        min_relevance=len(high) - len(likely),
        threshold=len(likely) - len(kept),
    )
    return tuple(kept), removed


def _never_rising(values: Sequence[float]) -> Sequence[float]:
    """The nearest values, by least squares, of which none is above the one before it."""
    if all(first >= second for first, second in pairwise(values)):
        return values
    # scipy loads its parts when they are first used, and few searches come here.
    return _scipy.optimize.isotonic_regression(values, increasing=False).x.tolist()


def at_least(value: float | None, least: float | None) -> bool:
    """Whether a value reaches a bound; no value reaches none, any reaches no bound."""
    return least is None or (value is not None and value >= least)


def _applied_calibration(
    found: Calibration | None, model: ModelCard, pool: CandidatePool | None
) -> Applied:
    if found is None:
        return NOT_CALIBRATED
    if found.fingerprint != model.fingerprint:
        return Applied(
            id=None,
            reason=f"the calibration is of another reranker: {found.reranker} "
            f"({found.fingerprint[:12]}), and {model.name} ({model.fingerprint[:12]}) runs",
        )
    if found.pool == pool:
        return Applied(id=found.id)
    kind = "searches" if pool is None else "other searches"
    return Applied(id=found.id, reason=f"it was fitted to {kind}: {found.pool}")


def _threshold(found: Threshold | None, bounds: Bounds, model: ModelCard) -> Threshold | None:
    if bounds.threshold is None:
        return None
    if found is None:
        raise NotFoundError("threshold", bounds.threshold, "Set it with: pgrerank threshold set")
    if found.fingerprint not in (None, model.fingerprint):
        raise ConflictError(
            f"The threshold `{found.name}` is of another reranker: {found.reranker} "
            f"({str(found.fingerprint)[:12]}), and {model.name} ({model.fingerprint[:12]}) runs. "
            "Calibrate, and set it again."
        )
    return found
