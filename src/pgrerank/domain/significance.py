"""Whether one way of ranking is better than another: over the same queries, beyond chance."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

#: share of repetitions of the whole measurement whose interval would hold the true difference
CONFIDENCE = 0.95
#: draws of the bootstrap and of the permutation test, unless there are fewer permutations
DRAWS = 9_999
#: parts that queries are cut into for cross-validation
FOLDS = 5
#: fewer queries than this say nothing about others
FEWEST = 10
#: fewer than this decide nothing. Of two equal ways whose differences are as skewed as those of a
#: reranker (many ties, few large gains), 10 queries call one better or worse 12 times in 100 by
#: both tests together, and 20 times by the interval alone; from 15 on both together do 7 times
ENOUGH = 20
#: chance with which as many queries as `queries_needed` would show a difference that there is
POWER = 0.8
#: differences smaller than this are rounding
_ROUNDING = 1e-12
_SEED = 20_240_601
#: draws that are in memory together
_BATCH = 500

Values = NDArray[np.float64]
Places = NDArray[np.intp]

_stats: Any = stats  # half typed


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """How a measure changed from one way to another, over queries that both answered."""

    queries: int
    #: mean before, and after
    before: float
    after: float
    #: of `after - before`: ends of its confidence interval
    low: float
    high: float
    #: how often chance alone, were both ways alike, would make a difference this large; 0..1
    p_value: float
    #: queries that became better, and worse
    wins: int
    losses: int
    #: standard deviation of the change over queries
    deviation: float

    @property
    def mean(self) -> float:
        """After minus before."""
        return self.after - self.before

    @property
    def is_decided(self) -> bool:
        """Whether it is beyond chance: by the interval, by the permutation test, on enough queries."""
        excludes_nothing = self.low > 0 or self.high < 0
        return self.queries >= ENOUGH and excludes_nothing and self.p_value <= 1 - CONFIDENCE

    @property
    def is_gain(self) -> bool:
        """Whether it is better, beyond chance."""
        return self.is_decided and self.mean > 0

    @property
    def is_loss(self) -> bool:
        """Whether it is worse, beyond chance."""
        return self.is_decided and self.mean < 0

    @property
    def queries_needed(self) -> int | None:
        """About how many queries would show this difference, if it is one; None: no number would.

        Of a paired test with POWER, from the difference and the deviation that were seen.
        """
        if abs(self.mean) < _ROUNDING:
            return None
        reach = _stats.norm.ppf((1 + CONFIDENCE) / 2) + _stats.norm.ppf(POWER)
        return max(ENOUGH, math.ceil((reach * self.deviation / self.mean) ** 2))


def paired_difference(
    before: Sequence[float] | Values, after: Sequence[float] | Values
) -> Difference:
    """The difference of two ways, query by query.

    The interval is the bias-corrected and accelerated bootstrap of Efron (1987), the p-value that
    of the paired permutation test, both over queries, as Smucker, Allan and Carterette compare
    them for retrieval ("A Comparison of Statistical Significance Tests for Information Retrieval
    Evaluation", 2007). Draws are seeded: the same figures give the same answer.

    Args:
        before: A measure of each query, at least one.
        after: The same measure of the same queries, in the same order.
    """
    first, second = np.asarray(before, dtype=np.float64), np.asarray(after, dtype=np.float64)
    change = second - first
    change[np.abs(change) < _ROUNDING] = 0.0
    low, high = _interval(change)
    return Difference(
        queries=len(change),
        before=float(first.mean()),
        after=float(second.mean()),
        low=low,
        high=high,
        p_value=_p_value(change),
        wins=int((change > 0).sum()),
        losses=int((change < 0).sum()),
        deviation=float(change.std(ddof=1)) if len(change) > 1 else 0.0,
    )


def folds(queries: int) -> Iterator[tuple[Places, Places]]:
    """Cut queries into FOLDS parts: for each, the places to fit on and those to check on."""
    shuffled = np.random.default_rng(_SEED).permutation(queries)
    for part in np.array_split(shuffled, min(FOLDS, queries)):
        yield np.setdiff1d(shuffled, part), np.sort(part)


def _interval(change: Values) -> tuple[float, float]:
    if np.ptp(change) == 0:  # as with one query: there is nothing to draw
        return float(change[0]), float(change[0])
    found = _stats.bootstrap(
        (change,),
        np.mean,
        n_resamples=DRAWS,
        batch=_BATCH,
        confidence_level=CONFIDENCE,
        rng=np.random.default_rng(_SEED),
    ).confidence_interval
    return float(found.low), float(found.high)


def _p_value(change: Values) -> float:
    if len(change) == 1 or not change.any():
        return 1.0
    found = _stats.permutation_test(
        (change, np.zeros_like(change)),
        _mean_difference,
        permutation_type="samples",
        vectorized=True,
        n_resamples=DRAWS,
        batch=_BATCH,
        rng=np.random.default_rng(_SEED),
    )
    return float(found.pvalue)


def _mean_difference(first: Values, second: Values, axis: int) -> Values:
    return np.mean(first - second, axis=axis)
