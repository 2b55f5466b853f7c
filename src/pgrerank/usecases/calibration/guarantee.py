"""Find the loosest cut-off that keeps a promised precision with a given confidence.

Learn then Test (Angelopoulos, Bates, Candes, Jordan and Lei, 2021): each cut-off of a grid has the
null hypothesis "its precision is lower than promised", with a p-value. The hypotheses are tested
from strict to loose until one cannot be rejected (fixed-sequence testing), from several starts that
share the error (Bonferroni). So the probability of rejecting any true hypothesis is below one minus
the confidence. The grid is chosen by scores alone, without labels.

The p-value is that of an exact binomial test (Clopper and Pearson, 1934) on the effective sample
size, which is smaller than the number of pairs, since pairs of one query are correlated (Korn and
Graubard, 1998).
"""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy

from pgrerank.domain.calibration import Sample
from pgrerank.domain.threshold import Choice, Promise
from pgrerank.usecases.calibration.assess import cutoffs

GRID = 60
STARTS = 5
#: if a promise needs more judged pairs than this, no number is suggested
_MOST_PAIRS = 10_000_000
_scipy: Any = scipy  # half typed; its parts are loaded on first use


@dataclass(frozen=True, slots=True, kw_only=True)
class CutoffPairs:
    """The pairs at or above a cut-off."""

    cutoff: float
    pairs: int
    precision: float
    #: effective sample size, in pairs
    worth: float

    def p_value(self, precision: float) -> float:
        """Probability of at least as many relevant pairs if the true precision is `precision`."""
        return _tail(self.precision, self.worth, precision)

    def lower_bound(self, error: float) -> float:
        """Lower confidence bound of the precision; it is wrong with probability `error` at most."""
        if self.precision == 0:
            return 0.0
        hits = self.precision * self.worth
        return float(_scipy.stats.beta.ppf(error, hits, self.worth - hits + 1))


def choice(sample: Sample, promise: Promise) -> Choice:
    """The loosest cut-off that keeps a promise, or the estimated number of pairs to find one."""
    error = (1 - promise.confidence) / STARTS
    grid = [
        each
        for each in _grid(sample)
        # Fewer pairs could not prove the promise, even if all were relevant.
        if each.pairs >= math.log(error) / math.log(promise.precision)
    ]
    shown = [
        walked for start in _starts(len(grid)) if (walked := _last_shown(grid[start:], promise))
    ]
    if not shown:
        return _none(grid or list(_grid(sample))[-1:], sample, promise, error)
    loosest = max(shown, key=lambda each: each.pairs)
    return Choice(
        promise=promise,
        cutoff=loosest.cutoff,
        pairs=loosest.pairs,
        precision=loosest.precision,
        bound=loosest.lower_bound(error),
    )


def kept_by_cutoff(sample: Sample, cutoff: float) -> CutoffPairs:
    """The pairs of a sample at or above a cut-off; there must be at least one."""
    above = sample.of(sample.scores >= cutoff)
    precision = float(np.average(above.relevant, weights=above.weights))
    return CutoffPairs(
        cutoff=cutoff, pairs=above.pair_count, precision=precision, worth=_worth(above, precision)
    )


def _grid(sample: Sample) -> Iterator[CutoffPairs]:
    return (kept_by_cutoff(sample, float(cutoff)) for cutoff in cutoffs(sample.scores, GRID))


def _starts(count: int) -> list[int]:
    return sorted({count * start // (STARTS + 1) for start in range(STARTS)})


def _last_shown(grid: list[CutoffPairs], promise: Promise) -> CutoffPairs | None:
    """The last cut-off before the first for which the promise cannot be shown."""
    error = (1 - promise.confidence) / STARTS
    last: CutoffPairs | None = None
    for each in grid:
        if each.p_value(promise.precision) > error:
            break
        last = each
    return last


def _worth(above: Sample, precision: float) -> float:
    """Effective sample size of a precision, by the variance between queries.

    The factor of Student's t corrects for the number of queries from which the variance is
    estimated. If there is no variance, each query counts as one pair.
    """
    _, places = np.unique(above.queries, return_inverse=True)
    queries = int(places.max()) + 1
    if queries == 1:
        return 1.0
    residuals = np.bincount(places, weights=above.weights * (above.relevant - precision))
    total = float(above.weights.sum())
    variance = queries / (queries - 1) * float(np.sum(residuals**2)) / total**2
    if variance <= 0 or precision in (0.0, 1.0):
        return float(queries)
    few = _scipy.stats.t.ppf(0.975, above.pair_count - 1) / _scipy.stats.t.ppf(0.975, queries - 1)
    return float(min(precision * (1 - precision) / variance * few**2, above.pair_count))


def _tail(precision: float, worth: float, promised: float) -> float:
    if precision <= promised:
        return 1.0
    return float(_scipy.stats.beta.cdf(promised, precision * worth, (1 - precision) * worth + 1))


def _none(grid: list[CutoffPairs], sample: Sample, promise: Promise, error: float) -> Choice:
    # The cut-off at each start is tested in any case.
    first = [grid[start] for start in _starts(len(grid))]
    nearest = max(first, key=lambda each: each.lower_bound(error))
    factors = [_factor(each, promise.precision, error) for each in first]
    least = min((factor for factor in factors if factor is not None), default=None)
    needed = None if least is None else math.ceil(least * sample.pair_count)
    return Choice(
        promise=promise,
        cutoff=None,
        pairs=nearest.pairs,
        precision=nearest.precision,
        bound=nearest.lower_bound(error),
        pairs_needed=needed if needed is not None and needed <= _MOST_PAIRS else None,
    )


def _factor(each: CutoffPairs, promised: float, error: float) -> float | None:
    """By what factor the number of such pairs must grow to show the promise; None if none does."""
    if each.precision <= promised:
        return None

    def short(factor: float) -> float:
        return _tail(each.precision, factor * each.worth, promised) - error

    most = _MOST_PAIRS / each.worth
    if short(most) > 0:
        return None
    factor: Any = _scipy.optimize.brentq(short, 1e-9, most)
    return float(factor)
