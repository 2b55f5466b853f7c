"""Fit curves from log-odds to probabilities."""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import scipy

from pgrerank.domain.calibration import LOGISTIC, CalibrationCurve, Floats, Method, Sample

#: pairs; with fewer, isotonic regression overfits (Niculescu-Mizil and Caruana, 2005)
LEAST_FOR_ISOTONIC = 1_000
_TINY = 1e-15
_scipy: Any = scipy  # half typed; its parts are loaded on first use


def platt(sample: Sample) -> CalibrationCurve:
    """A logistic curve with the smoothed targets of Platt (1999)."""
    mean, deviation = _spread(sample.scores)
    (slope,), base = _logistic(((sample.scores - mean) / deviation)[:, None], sample)
    return CalibrationCurve(
        method=Method.PLATT,
        coefficients=(slope / deviation, base - slope * mean / deviation),
    )


def isotonic(sample: Sample) -> CalibrationCurve:
    """Isotonic regression with linear interpolation; never exactly 0 or 1."""
    from sklearn.isotonic import IsotonicRegression  # noqa: PLC0415 - takes 2 s to import

    edge = 1 / (sample.pair_count + 2)
    model = IsotonicRegression(y_min=edge, y_max=1 - edge, out_of_bounds="clip")
    model.fit(sample.scores, sample.relevant, sample_weight=sample.weights)
    return CalibrationCurve(
        method=Method.ISOTONIC,
        scores=tuple(model.X_thresholds_.tolist()),
        probabilities=tuple(model.y_thresholds_.tolist()),
    )


def beta(sample: Sample) -> CalibrationCurve:
    """Beta calibration (Kull, Silva Filho and Flach, 2017) of the sigmoid of standardised scores.

    It is more flexible than a logistic curve. A coefficient that would make it fall is set to 0.
    """
    mean, deviation = _spread(sample.scores)
    z = (sample.scores - mean) / deviation
    features = np.stack([-np.logaddexp(0, -z), np.logaddexp(0, z)], axis=1)
    (a, b), c = _logistic(features, sample)
    if a < 0:
        a, ((b,), c) = 0.0, _logistic(features[:, 1:], sample)
    elif b < 0:
        b, ((a,), c) = 0.0, _logistic(features[:, :1], sample)
    return CalibrationCurve(
        method=Method.BETA, coefficients=(mean, deviation, max(a, 0.0), max(b, 0.0), c)
    )


#: curve over log-odds by method; a logistic one is in the log-odds already
FITS: Mapping[Method, Callable[[Sample], CalibrationCurve]] = {
    Method.PLATT: lambda _sample: LOGISTIC,
    Method.ISOTONIC: isotonic,
    Method.BETA: beta,
}


def mean_scores(sample: Sample) -> tuple[float, float]:
    """Weighted mean scores of relevant and of irrelevant pairs; there must be both."""
    relevant, others = (
        float(np.average(sample.scores[chosen], weights=sample.weights[chosen]))
        for chosen in (sample.relevant, ~sample.relevant)
    )
    return relevant, others


def base_loss(sample: Sample) -> float:
    """Mean log loss of predicting the share of relevant pairs for every pair."""
    share = float(np.average(sample.relevant, weights=sample.weights))
    return loss(sample, np.full(sample.pair_count, share))


def log_losses(sample: Sample, probabilities: Floats) -> Floats:
    """Log loss of each pair, in nats."""
    likelihoods = np.where(sample.relevant, probabilities, 1 - probabilities)
    return -np.log(np.clip(likelihoods, _TINY, 1))


def loss(sample: Sample, probabilities: Floats) -> float:
    """Weighted mean log loss over pairs."""
    return float(np.average(log_losses(sample, probabilities), weights=sample.weights))


def probability(log_odds: Floats) -> Floats:
    """Probability of each of the log-odds."""
    return _scipy.special.expit(log_odds)


def answerable(queries: Sample) -> CalibrationCurve | None:
    """Curve from a pool's best log-odds to the probability that it holds a relevant result.

    None if there are too few pools of either kind, or if the curve does not rise.

    Args:
        queries: One pair per query: its best log-odds, and whether its pool holds a relevant result.
    """
    yes = queries.positive_count
    if min(yes, queries.pair_count - yes) < LEAST_OF_EACH:
        return None
    curve = platt(queries)
    return curve if curve.rises else None


#: fewest queries with, and without, a relevant result in their pool
LEAST_OF_EACH = 10


def best_of_each(sample: Sample) -> Sample:
    """One pair per query: its best log-odds, and whether its pool holds a relevant result."""
    names, places = np.unique(sample.queries, return_inverse=True)
    best = np.full(len(names), -np.inf)
    np.maximum.at(best, places, sample.scores)
    return Sample(
        queries=names,
        scores=best,
        relevant=np.bincount(places, weights=sample.relevant) > 0,
        weights=np.ones(len(names)),
    )


def _spread(scores: Floats) -> tuple[float, float]:
    return float(scores.mean()), float(scores.std()) or 1.0


def _logistic(features: Floats, sample: Sample) -> tuple[list[float], float]:
    """Slopes and intercept of a logistic regression without penalty, with Platt's targets.

    A target between 0 and 1 is represented as a positive and a negative pair with that weight.
    """
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - takes 2 s to import

    positive = float(sample.weights[sample.relevant].sum())
    negative = float(sample.weights.sum()) - positive
    target = np.where(sample.relevant, (positive + 1) / (positive + 2), 1 / (negative + 2))
    count = len(features)
    model = LogisticRegression(C=np.inf, max_iter=10_000, tol=1e-8)
    model.fit(
        np.concatenate([features, features]),
        np.repeat([1, 0], count),
        sample_weight=np.concatenate([sample.weights * target, sample.weights * (1 - target)]),
    )
    slopes: Any = model.coef_
    base: Any = model.intercept_
    return slopes[0].tolist(), float(base[0])
