"""Fit log-odds of relevance to judged pairs, by logistic regression."""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from dataclasses import replace
from typing import Any, cast

import numpy as np
import scipy

from pgrerank.domain.calibration import Floats, Sample
from pgrerank.domain.relevance_model import GENERIC
from pgrerank.domain.score_scale import DocumentScale, Scale, SearchScale
from pgrerank.usecases.calibration import fit

# Deviations of the Gaussian prior around the model that ships: of the base, of the factor, and of
# the level for one standard deviation of the best raw scores. docs/relevance.md has the measures.
_PRIOR = np.array([5.0, 0.8, 0.5])
_LEAST_FACTOR = 0.05
_scipy: Any = scipy  # half typed; its parts are loaded on first use


def fit_scale(pairs: Sample) -> Scale:
    """The scale of pairs of searches or, if they have no best score, of supplied pairs."""
    return document_scale(pairs) if pairs.best is None else search_scale(pairs, pairs.best)


def search_scale(pairs: Sample, best: Floats) -> SearchScale:
    """Logistic regression on log-odds and best raw score, shrunk towards the model that ships.

    The fewer pairs there are, the less it differs from that model (maximum a posteriori).

    Args:
        pairs: With log-odds above the base by the model that ships.
        best: Best raw score of each pair's search, of shape (pairs,).
    """
    center, deviation = float(best.mean()), float(best.std()) or 1.0
    features = np.stack([np.ones(len(best)), pairs.scores, (best - center) / deviation], axis=1)
    prior = np.array([GENERIC.base, 1.0, 0.0])
    weights = pairs.weights / pairs.weights.mean()

    def loss(values: Floats) -> tuple[float, Floats]:
        log_odds = features @ values
        off = (values - prior) / _PRIOR
        surprise = np.logaddexp(0, log_odds) - pairs.relevant * log_odds
        slope = features.T @ (weights * (fit.probability(log_odds) - pairs.relevant))
        return float(weights @ surprise + off @ off / 2), slope + off / _PRIOR

    bounds = [(None, None), (_LEAST_FACTOR, None), (0, None)]
    fitted: Any = _scipy.optimize.minimize(loss, prior, jac=True, method="L-BFGS-B", bounds=bounds)
    base, factor, level = fitted.x.tolist()
    return SearchScale(base=base, factor=factor, level=level / deviation, center=center)


def document_scale(pairs: Sample) -> DocumentScale:
    """Logistic regression on the raw score alone (Platt, 1999); the slope may be negative."""
    slope, base = fit.platt(pairs).coefficients
    return DocumentScale(base=base, slope=slope)


def rising_document_scale(pairs: Sample) -> DocumentScale | None:
    """The same of pairs of searches; None if relevance does not rise with the raw score."""
    if pairs.rerank is None:
        return None
    scale = document_scale(replace(pairs, scores=pairs.rerank))
    return scale if scale.slope > 0 else None


def log_odds_pairs(pairs: Sample, scale: Scale) -> Sample:
    """The pairs with their log-odds as scores.

    Args:
        pairs: Of searches, with a best score, for a SearchScale; else supplied ones.
        scale: The scale.
    """
    if isinstance(scale, DocumentScale):
        log_odds = scale.base + scale.slope * pairs.scores
    else:
        best = cast("Floats", pairs.best)  # such a scale is fitted to pairs that have it
        level = scale.level * (best - scale.center)
        log_odds = scale.base + scale.factor * pairs.scores + level
    return replace(pairs, scores=log_odds, rerank=None, best=None)


def generic_log_odds(pairs: Sample) -> Floats:
    """What the pairs' log-odds would be without a calibration; of supplied pairs, raw scores."""
    return pairs.scores if pairs.best is None else GENERIC.base + pairs.scores
