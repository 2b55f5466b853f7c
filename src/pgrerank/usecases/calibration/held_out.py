"""Probabilities of judged pairs by fits without the pairs of their query."""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from pgrerank.domain.calibration import Floats, Method, Sample
from pgrerank.usecases.calibration import fit, scale

FOLDS = 5
SEED = 20_240_501


def probabilities(pairs: Sample, requested: Method | None) -> dict[Method, Floats]:
    """The methods to try, each with the probability of each pair."""
    methods = _methods(pairs) if requested is None else [requested]
    probabilities = {method: np.empty(pairs.pair_count) for method in methods}
    for training, fold in _folds(pairs):
        fitted = scale.fit_scale(training)
        in_log_odds = scale.log_odds_pairs(training, fitted)
        held = scale.log_odds_pairs(pairs.of(fold), fitted)
        for method in methods:
            probabilities[method][fold] = fit.FITS[method](in_log_odds).relevances(held.scores)
    return probabilities


def _methods(pairs: Sample) -> list[Method]:
    few = pairs.pair_count < fit.LEAST_FOR_ISOTONIC
    return [each for each in Method if not (few and each is Method.ISOTONIC)]


def _folds(pairs: Sample) -> Iterator[tuple[Sample, NDArray[np.bool_]]]:
    """Of a cross-validation by query: the pairs to fit to, and a mask of those that are held out."""
    from sklearn.model_selection import GroupKFold  # noqa: PLC0415 - takes 2 s to import

    splitter = GroupKFold(min(FOLDS, pairs.query_count), shuffle=True, random_state=SEED)
    for rest, _ in splitter.split(pairs.scores, groups=pairs.queries):
        fold = np.ones(pairs.pair_count, dtype=np.bool_)
        fold[rest] = False
        yield pairs.of(~fold), fold
