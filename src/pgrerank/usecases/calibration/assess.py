"""Assess the quality of a calibration, with confidence intervals over queries."""

import numpy as np
from numpy.typing import NDArray

from pgrerank.domain.calibration import (
    CalibrationCurve,
    CutoffPoint,
    Floats,
    IntervalEstimate,
    Quality,
    ReliabilityBin,
    Sample,
)
from pgrerank.usecases.calibration import fit, held_out

BINS = 15
RESAMPLES = 1_000
CUTOFFS = 40
#: percentiles of intervals
_EDGES = (2.5, 97.5)
_DEEPEST_PRECISION = 20


class Resampled:
    """Bootstrap samples of queries, for confidence intervals.

    Queries are drawn, not pairs, since pairs of one query are not independent (Efron and
    Tibshirani, 1993, on clusters).
    """

    def __init__(self, sample: Sample, *, seed: int = held_out.SEED) -> None:
        names, self._places = np.unique(sample.queries, return_inverse=True)
        count = len(names)
        draws = np.random.default_rng(seed)
        self._counts = draws.multinomial(count, np.full(count, 1 / count), size=RESAMPLES)
        self._count = count

    def sums(self, values: Floats) -> Floats:
        """Sums of pair values by query, shape (queries, ...)."""
        sums = np.zeros((self._count, *values.shape[1:]))
        np.add.at(sums, self._places, values)
        return sums

    def ratio(self, above: Floats, below: Floats) -> IntervalEstimate:
        """Ratio of two sums of pair values, with its interval."""
        return self.by_query(self.sums(above), self.sums(below))

    def by_query(self, above: Floats, below: Floats) -> IntervalEstimate:
        """Ratio of two sums of query values, with its interval."""
        means = _divide(self._counts @ above, self._counts @ below)
        return _estimate(float(_divide(above.sum(), below.sum())), means)

    def error(self, off: Floats, total: Floats) -> IntervalEstimate:
        """Sum of absolute deviations by bin, shape (queries, bins), divided by a total by query.

        Noise biases absolute values upwards, so that draws exceed the value itself on average;
        their interval is shifted back by that bias.
        """
        value = float(np.abs(off.sum(axis=0)).sum() / total.sum())
        errors = np.abs(self._counts @ off).sum(axis=1) / (self._counts @ total)
        return _estimate(value, np.maximum(errors - errors.mean() + value, 0))


def quality(
    sample: Sample, probabilities: Floats, uncalibrated: Floats, tried: dict[str, float]
) -> Quality:
    """Quality figures of held-out probabilities.

    Args:
        sample: The pairs, of which the order of the scores counts.
        probabilities: Of each pair.
        uncalibrated: Those that it would have without a calibration.
        tried: Held-out log loss by method.
    """
    resampled = Resampled(sample)
    weights = sample.weights
    return Quality(
        brier=resampled.ratio(weights * (probabilities - sample.relevant) ** 2, weights),
        log_loss=resampled.ratio(weights * fit.log_losses(sample, probabilities), weights),
        ece=calibration_error(sample, probabilities, resampled),
        ece_uncalibrated=calibration_error(sample, uncalibrated, resampled),
        tried=tried,
        bins=bins(sample, probabilities),
        precision_at=precisions(sample, resampled),
    )


def calibration_error(
    sample: Sample, probabilities: Floats, resampled: Resampled | None = None
) -> IntervalEstimate:
    """Expected calibration error: mean |predicted - observed| over bins of equal mass."""
    resampled = resampled or Resampled(sample)
    member = np.eye(BINS)[_bin_of(sample, probabilities)]
    off = sample.weights * (sample.relevant - probabilities)
    return resampled.error(resampled.sums(member * off[:, None]), resampled.sums(sample.weights))


def bins(sample: Sample, probabilities: Floats) -> list[ReliabilityBin]:
    """Mean prediction and observed share of relevant pairs of each bin that is not empty."""
    place = _bin_of(sample, probabilities)
    bins: list[ReliabilityBin] = []
    for number in range(BINS):
        chosen = np.equal(place, number)
        if chosen.any():
            weights = sample.weights[chosen]
            predicted, observed = (
                float(np.average(values[chosen], weights=weights))
                for values in (probabilities, sample.relevant)
            )
            bins.append(
                ReliabilityBin(predicted=predicted, observed=observed, pairs=int(chosen.sum()))
            )
    return bins


def cutoffs(scores: Floats, count: int) -> Floats:
    """At most `count` cut-offs, strict to loose, with kept pairs growing about geometrically.

    They are chosen by scores only, without labels, and each is a score that occurs.
    """
    falling = np.sort(scores)[::-1]
    places = np.unique(np.geomspace(1, len(falling), count).round().astype(int))
    return np.unique(falling[places - 1])[::-1]


def points(sample: Sample, curve: CalibrationCurve) -> list[CutoffPoint]:
    """Precision and recall at each cut-off, strict to loose."""
    resampled = Resampled(sample)
    weighted = sample.weights * sample.relevant
    points: list[CutoffPoint] = []
    for cutoff in cutoffs(sample.scores, CUTOFFS):
        is_above = sample.scores >= cutoff
        points.append(
            CutoffPoint(
                cutoff=float(cutoff),
                relevance=curve.relevance(float(cutoff)),
                pairs=int(is_above.sum()),
                precision=resampled.ratio(weighted * is_above, sample.weights * is_above),
                recall=resampled.ratio(weighted * is_above, weighted),
            )
        )
    return points


def precisions(sample: Sample, resampled: Resampled) -> list[IntervalEstimate]:
    """Precision among the k best-scored pairs of each query, for k from 1."""
    place = _places(sample)
    weighted = sample.weights * sample.relevant
    return [
        resampled.ratio(weighted * (place <= k), sample.weights * (place <= k))
        for k in range(1, min(_DEEPEST_PRECISION, int(place.max())) + 1)
    ]


def _places(sample: Sample) -> Floats:
    """Rank of each pair within its query by score, from 1."""
    order = np.lexsort((-sample.scores, sample.queries))
    _, starts, counts = np.unique(sample.queries[order], return_index=True, return_counts=True)
    places = np.empty(sample.pair_count)
    places[order] = np.arange(sample.pair_count) - np.repeat(starts, counts) + 1
    return places


def _bin_of(sample: Sample, probabilities: Floats) -> NDArray[np.int64]:
    """Bin number of each pair. Bins have equal mass; equal probabilities share a bin."""
    values, place = np.unique(probabilities, return_inverse=True)
    mass = np.bincount(place, weights=sample.weights, minlength=len(values))
    middle = (np.cumsum(mass) - mass / 2) / mass.sum()
    return np.minimum((middle * BINS).astype(int), BINS - 1)[place]


def _divide(above: Floats, below: Floats) -> Floats:
    return np.divide(above, below, out=np.full(np.shape(below), np.nan), where=below > 0)


def _estimate(value: float, values: Floats) -> IntervalEstimate:
    finite = values[np.isfinite(values)]
    low, high = np.percentile(finite, _EDGES) if len(finite) else (value, value)
    return IntervalEstimate(value=value, low=float(low), high=float(high))
