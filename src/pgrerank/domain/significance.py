"""Test whether one ranking method is significantly better than another on the same queries."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy
from numpy.typing import NDArray

#: confidence level of intervals
CONFIDENCE = 0.95
#: draws of the bootstrap and of the permutation test, unless there are fewer permutations
DRAWS = 9_999
#: folds of the cross-validation
FOLDS = 5
#: fewest queries to measure anything on
FEWEST = 10
#: fewest queries for a decision. Of two equal methods with differences as skewed as a reranker's
#: (many ties, few large gains), both tests together call one better or worse in 12 of 100 cases on
#: 10 queries (the interval alone: 20), and in 7 on 15 or more
ENOUGH = 20
#: probability that `queries_needed` queries show a difference that exists
POWER = 0.8
#: smaller differences are rounding
_ROUNDING = 1e-12
_SEED = 20_240_601
#: draws in memory at a time
_BATCH = 500

Values = NDArray[np.float64]
Places = NDArray[np.intp]

_scipy: Any = scipy  # half typed; its parts are loaded on first use


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Difference of a measure between two methods, over the queries of both."""

    queries: int
    #: means
    before: float
    after: float
    #: confidence interval of the mean difference, `after - before`
    low: float
    high: float
    #: probability of a difference at least this large if both methods were equal, 0..1
    p_value: float
    #: number of queries that improved, and that got worse
    wins: int
    losses: int
    #: standard deviation of the difference over queries
    deviation: float

    @property
    def mean(self) -> float:
        """Mean difference, `after - before`."""
        return self.after - self.before

    @property
    def is_decided(self) -> bool:
        """Whether it is significant by the interval and the permutation test, on enough queries."""
        excludes_nothing = self.low > 0 or self.high < 0
        return self.queries >= ENOUGH and excludes_nothing and self.p_value <= 1 - CONFIDENCE

    @property
    def is_gain(self) -> bool:
        """Whether it is a significant improvement."""
        return self.is_decided and self.mean > 0

    @property
    def is_loss(self) -> bool:
        """Whether it is a significant loss."""
        return self.is_decided and self.mean < 0

    @property
    def queries_needed(self) -> int | None:
        """Approximate number of queries that would show this difference; None if it is 0.

        For a paired test with POWER, from the observed difference and standard deviation.
        """
        if abs(self.mean) < _ROUNDING:
            return None
        reach = _scipy.stats.norm.ppf((1 + CONFIDENCE) / 2) + _scipy.stats.norm.ppf(POWER)
        return max(ENOUGH, math.ceil((reach * self.deviation / self.mean) ** 2))


def paired_difference(
    before: Sequence[float] | Values, after: Sequence[float] | Values
) -> Difference:
    """The difference of two methods, paired by query.

    The interval is from the bias-corrected and accelerated bootstrap of Efron (1987), the p-value
    from the paired permutation test, both over queries. Smucker, Allan and Carterette compare them
    for retrieval ("A Comparison of Statistical Significance Tests for Information Retrieval
    Evaluation", 2007). Draws are seeded: equal inputs give equal results.

    Args:
        before: A measure of each query, for at least one query.
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
    """Folds of a cross-validation: for each, indexes of queries to train on and to test on."""
    shuffled = np.random.default_rng(_SEED).permutation(queries)
    for part in np.array_split(shuffled, min(FOLDS, queries)):
        yield np.setdiff1d(shuffled, part), np.sort(part)


def _interval(change: Values) -> tuple[float, float]:
    if np.ptp(change) == 0:  # all equal, or one query: the bootstrap needs variation
        return float(change[0]), float(change[0])
    bootstrap = _scipy.stats.bootstrap(
        (change,),
        np.mean,
        n_resamples=DRAWS,
        batch=_BATCH,
        confidence_level=CONFIDENCE,
        rng=np.random.default_rng(_SEED),
    ).confidence_interval
    return float(bootstrap.low), float(bootstrap.high)


def _p_value(change: Values) -> float:
    if len(change) == 1 or not change.any():
        return 1.0
    test = _scipy.stats.permutation_test(
        (change, np.zeros_like(change)),
        _mean_difference,
        permutation_type="samples",
        vectorized=True,
        n_resamples=DRAWS,
        batch=_BATCH,
        rng=np.random.default_rng(_SEED),
    )
    return float(test.pvalue)


def _mean_difference(first: Values, second: Values, axis: int) -> Values:
    return np.mean(first - second, axis=axis)
