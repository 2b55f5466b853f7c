"""Probabilities of judged pairs by fits without the pairs of their query."""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

import numpy as np

from pgrerank.domain.calibration import Floats, Method, Sample
from pgrerank.usecases.calibration import fit, scale

FOLDS = 5
SEED = 20_240_501


def probabilities(pairs: Sample, requested: Method | None) -> dict[Method, Floats]:
    """The methods to try, each with the probability of each pair."""
    if requested is not None:
        return {requested: _probabilities(pairs, requested)}
    few = pairs.pair_count < fit.LEAST_FOR_ISOTONIC
    methods = [each for each in Method if not (few and each is Method.ISOTONIC)]
    return {method: _probabilities(pairs, method) for method in methods}


def _probabilities(pairs: Sample, method: Method) -> Floats:
    """Of five-fold cross-validation by query."""
    from sklearn.model_selection import GroupKFold  # noqa: PLC0415 - takes 2 s to import

    probabilities = np.empty(pairs.pair_count)
    splitter = GroupKFold(min(FOLDS, pairs.query_count), shuffle=True, random_state=SEED)
    for rest, fold in splitter.split(pairs.scores, groups=pairs.queries):
        in_training = np.zeros(pairs.pair_count, dtype=np.bool_)
        in_training[rest] = True
        training = pairs.of(in_training)
        fitted = scale.fit_scale(training)
        curve = fit.FITS[method](scale.scaled(training, fitted))
        held = scale.scaled(pairs.of(~in_training), fitted)
        probabilities[fold] = curve.relevances(held.scores)
    return probabilities
