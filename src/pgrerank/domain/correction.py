"""Estimates from grades of a language model, corrected by the grades of people.

Prediction-powered inference with a fitted weight of the model: Angelopoulos, Duchi and Zrnic 2023,
PPI++ (https://arxiv.org/abs/2311.01453). The model's mean over many queries is corrected by its mean
error on those that people judged. The result is unbiased however wrong the model is, if the people's
queries are a random sample; it is as narrow as the model is right.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy

from pgrerank.domain.significance import CONFIDENCE, Values

_scipy: Any = scipy  # half typed; its parts are loaded on first use
#: fewest queries that people judged, for an interval that covers as it says
FEWEST_JUDGED = 10
#: degrees of freedom that the mean and the weight of the model take
_FITTED = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A mean over queries with its confidence interval (significance.CONFIDENCE)."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectedEstimate:
    """A mean over queries, estimated from the grades of people, of a model, and of both."""

    #: number of queries judged by both, and by the model alone
    judged: int
    unjudged: int
    #: from the queries that people judged; None: fewer than FEWEST_JUDGED
    by_people: Estimate | None
    #: from all queries by the model's grades, as if they were right
    by_model: Estimate
    #: from all queries, corrected; None as `by_people`
    corrected: Estimate | None
    #: how much the model's grades count in `corrected`, 0 (not at all) to 1
    weight: float | None


def estimate(
    people: Sequence[float], model: Sequence[float], model_alone: Sequence[float]
) -> CorrectedEstimate:
    """Estimate the mean of a measure over all queries.

    Args:
        people: The measure of each query that people judged, by their grades; a random sample of
            all queries.
        model: The measure of the same queries in the same order, by the model's grades.
        model_alone: The measure of the other queries, by the model's grades. At least one query in
            `model` and `model_alone` together.
    """
    true, paired = np.asarray(people, dtype=float), np.asarray(model, dtype=float)
    alone = np.asarray(model_alone, dtype=float)
    everything = np.concatenate([paired, alone])
    is_enough = len(true) >= FEWEST_JUDGED
    weight = _weight(true, paired, alone) if is_enough else None
    return CorrectedEstimate(
        judged=len(true),
        unjudged=len(alone),
        by_people=_plain(true) if is_enough else None,
        by_model=_plain(everything),
        corrected=None if weight is None else _corrected(true, paired, alone, weight),
        weight=weight,
    )


def _weight(true: Values, paired: Values, alone: Values) -> float:
    """The weight with the smallest variance, 0 to 1 (section 6 of the paper)."""
    variance = float(np.concatenate([paired, alone]).var(ddof=1))
    if not len(alone) or variance == 0:
        return 0.0
    covariance = float(np.cov(true, paired)[0, 1])
    best = covariance / ((1 + len(true) / len(alone)) * variance)
    return min(max(best, 0.0), 1.0)


def _corrected(true: Values, paired: Values, alone: Values, weight: float) -> Estimate:
    if weight == 0:
        return _plain(true)
    judged = len(true)
    error = true - weight * paired
    mean = float(error.mean()) + weight * float(alone.mean())
    variance = float(((error - error.mean()) ** 2).sum()) / (judged - _FITTED) / judged
    variance += (
        weight**2 * float(alone.var(ddof=1) if len(alone) > 1 else paired.var()) / len(alone)
    )
    return _interval(mean, math.sqrt(variance), judged - _FITTED)


def _plain(values: Values) -> Estimate:
    count = len(values)
    error = float(values.std(ddof=1)) / math.sqrt(count)
    return _interval(float(values.mean()), error, count - 1)


def _interval(mean: float, error: float, freedom: int) -> Estimate:
    reach = float(_scipy.stats.t.ppf((1 + CONFIDENCE) / 2, freedom)) * error
    return Estimate(mean=mean, low=mean - reach, high=mean + reach)
