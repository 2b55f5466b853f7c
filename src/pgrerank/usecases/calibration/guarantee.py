"""The loosest cut-off whose precision is promised with a confidence.

Learn then Test (Angelopoulos, Bates, Candes, Jordan and Lei, 2021): every cut-off of a grid is a
hypothesis, "its precision is lower than promised", with a p-value of its own. They are tested from
strict to loose until one cannot be rejected (fixed-sequence testing), from several starts that share
the error among them (Bonferroni), so that the chance that any rejected one was true stays below one
minus the confidence. The grid comes from scores alone and never sees a label.

A p-value is that of an exact binomial test (Clopper and Pearson, 1934), on as many pairs as the
sample is worth: those of one query resemble each other, which makes them fewer (Korn and Graubard,
1998).
"""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import optimize, stats

from pgrerank.domain.calibration import Sample
from pgrerank.domain.threshold import Choice, Promise
from pgrerank.usecases.calibration.assess import cutoffs

GRID = 60
STARTS = 5
#: what a promise may ask for at most, in judged pairs, before it is called hopeless
_MOST_PAIRS = 10_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """The pairs at or above a cut-off."""

    cutoff: float
    pairs: int
    precision: float
    #: independent pairs that would say as much
    worth: float

    def p_value(self, precision: float) -> float:
        """Chance of as many relevant ones if the true precision were not above `precision`."""
        return _tail(self.precision, self.worth, precision)

    def lower_bound(self, error: float) -> float:
        """Precision that is lower with a chance of at most `error`."""
        if self.precision == 0:
            return 0.0
        hits = self.precision * self.worth
        return float(stats.beta.ppf(error, hits, self.worth - hits + 1))


def choice(sample: Sample, promise: Promise) -> Choice:
    """The loosest cut-off that keeps a promise, or what it would take to find one."""
    error = (1 - promise.confidence) / STARTS
    grid = [
        each
        for each in _grid(sample)
        # Even if all were relevant, fewer could not show it.
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


def kept_by_cutoff(sample: Sample, cutoff: float) -> Kept:
    """What a cut-off keeps of a sample; at least one pair must be kept."""
    above = sample.of(sample.scores >= cutoff)
    precision = float(np.average(above.relevant, weights=above.weights))
    return Kept(
        cutoff=cutoff, pairs=above.pair_count, precision=precision, worth=_worth(above, precision)
    )


def _grid(sample: Sample) -> Iterator[Kept]:
    return (kept_by_cutoff(sample, float(cutoff)) for cutoff in cutoffs(sample.scores, GRID))


def _starts(count: int) -> list[int]:
    return sorted({count * start // (STARTS + 1) for start in range(STARTS)})


def _last_shown(grid: list[Kept], promise: Promise) -> Kept | None:
    """The last one before the first that cannot be shown."""
    error = (1 - promise.confidence) / STARTS
    last: Kept | None = None
    for each in grid:
        if each.p_value(promise.precision) > error:
            break
        last = each
    return last


def _worth(above: Sample, precision: float) -> float:
    """Effective sample size of a precision, by the variance between queries.

    The factor of Student's t makes up for how few queries that variance was learnt from. Where all
    pairs are alike there is no variance to learn from: then each query is worth one.
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
    few = stats.t.ppf(0.975, above.pair_count - 1) / stats.t.ppf(0.975, queries - 1)
    return float(min(precision * (1 - precision) / variance * few**2, above.pair_count))


def _tail(precision: float, worth: float, promised: float) -> float:
    if precision <= promised:
        return 1.0
    return float(stats.beta.cdf(promised, precision * worth, (1 - precision) * worth + 1))


def _none(grid: list[Kept], sample: Sample, promise: Promise, error: float) -> Choice:
    # What stands at a start is tested whatever comes of the others.
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


def _factor(each: Kept, promised: float, error: float) -> float | None:
    """How many times as many pairs of the same kind would show the promise."""
    if each.precision <= promised:
        return None

    def short(factor: float) -> float:
        return _tail(each.precision, factor * each.worth, promised) - error

    most = _MOST_PAIRS / each.worth
    if short(most) > 0:
        return None
    factor: Any = optimize.brentq(short, 1e-9, most)
    return float(factor)
