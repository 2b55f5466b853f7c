"""Calibration in a search: probabilities for its results, and cuts by them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pgrerank.domain import calibration as calibrations
from pgrerank.domain.calibration import NOT_CALIBRATED, Answerable, Applied, Calibration, Pool
from pgrerank.domain.candidate import Cut, Hit
from pgrerank.domain.errors import ConflictError, NotFoundError
from pgrerank.domain.model import ModelCard
from pgrerank.domain.request import SearchRequest
from pgrerank.domain.threshold import Threshold


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """What is stored for a collection, for a search to go by."""

    #: of whatever reranker; None: there is none at all
    calibration: Calibration | None = None
    #: the one that was asked for by name; None: there is none of that name
    threshold: Threshold | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gauge:
    """Running, of the reranker that runs: what was not is out, with the reason."""

    calibration: Calibration | None = None
    applied: Applied = NOT_CALIBRATED

    def of(self, hits: Sequence[Hit]) -> tuple[Hit, ...]:
        """The hits with their relevance, where they have a score that was calibrated."""
        if self.calibration is None:
            return tuple(hits)
        curve = self.calibration.curve
        return tuple(
            hit
            if hit.rerank_score is None
            else replace(hit, relevance=curve.relevance(hit.rerank_score))
            for hit in hits
        )

    def answerable(self, hits: Sequence[Hit]) -> Answerable | None:
        """Whether any of the hits is relevant; None where that cannot be told."""
        if self.calibration is None:
            return None
        told = [hit for hit in hits if hit.rerank_score is not None and hit.relevance is not None]
        return calibrations.answerable(
            self.calibration,
            [hit.rerank_score for hit in told if hit.rerank_score is not None],
            [hit.relevance for hit in told if hit.relevance is not None],
        )

    def passes(self, hit: Hit) -> bool:
        """Whether the named threshold lets a hit through."""
        return at_least(hit.rerank_score, self.applied.threshold_score) and at_least(
            hit.relevance, self.applied.threshold_relevance
        )


def gauge(running: Running, request: SearchRequest, model: ModelCard) -> Gauge:
    """What a search by this reranker goes by.

    Raises:
        ConflictError: A cut was asked for that no calibration of this reranker stands for.
        NotFoundError: There is no threshold of the name.
    """
    applied = _applied(running.calibration, request, model)
    threshold = _threshold(running.threshold, request, model)
    least = request.min_relevance if threshold is None else threshold.min_relevance
    if applied.id is None and (request.min_relevance is not None or least is not None):
        raise ConflictError(
            f"Results cannot be cut by relevance: {applied.reason}. "
            "Fit one with: pgrerank calibrate"
        )
    return Gauge(
        calibration=None if applied.id is None else running.calibration,
        applied=replace(
            applied,
            threshold_score=threshold and threshold.cutoff,
            threshold_relevance=threshold and threshold.min_relevance,
        ),
    )


def cut(hits: Sequence[Hit], request: SearchRequest, gauge: Gauge) -> tuple[tuple[Hit, ...], Cut]:
    """The hits that no bound removes, and how many the first that did removed."""
    scored = [hit for hit in hits if at_least(hit.rerank_score, request.min_score)]
    likely = [hit for hit in scored if at_least(hit.relevance, request.min_relevance)]
    kept = [hit for hit in likely if gauge.passes(hit)]
    removed = Cut(
        min_score=len(hits) - len(scored),
        min_relevance=len(scored) - len(likely),
        threshold=len(likely) - len(kept),
    )
    return tuple(kept), removed


def at_least(value: float | None, least: float | None) -> bool:
    """Whether a value reaches a bound; no value reaches none, any reaches no bound."""
    return least is None or (value is not None and value >= least)


def _applied(found: Calibration | None, request: SearchRequest, model: ModelCard) -> Applied:
    if found is None:
        return NOT_CALIBRATED
    if found.fingerprint != model.fingerprint:
        return Applied(
            id=None,
            reason=f"the calibration is of another reranker: {found.reranker} "
            f"({found.fingerprint[:12]}), and {model.name} ({model.fingerprint[:12]}) runs",
        )
    if found.pool != Pool.of(request):
        return Applied(id=found.id, reason=f"it was fitted to other searches: {found.pool}")
    return Applied(id=found.id)


def _threshold(
    found: Threshold | None, request: SearchRequest, model: ModelCard
) -> Threshold | None:
    if request.threshold is None:
        return None
    if found is None:
        raise NotFoundError("threshold", request.threshold, "Set it with: pgrerank threshold set")
    if found.fingerprint not in (None, model.fingerprint):
        raise ConflictError(
            f"The threshold `{found.name}` is of another reranker: {found.reranker} "
            f"({str(found.fingerprint)[:12]}), and {model.name} ({model.fingerprint[:12]}) runs. "
            "Calibrate, and set it again."
        )
    return found
