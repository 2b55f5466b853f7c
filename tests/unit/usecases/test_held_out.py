import numpy as np
import pytest

from pgrerank.domain.calibration import Method
from pgrerank.usecases.calibration import held_out
from tests.fixtures.samples import Law, sample


def test_a_pair_is_held_out_with_all_of_its_query():
    # All pairs of a query are alike, so seeing one of a query would reveal the others.
    names = np.repeat(np.arange(40), 30)
    relevant = np.repeat(np.random.default_rng(3).random(40) < 0.5, 30)
    scores = names + np.tile(np.linspace(0, 0.5, 30), 40)

    told = held_out.probabilities(sample(names, scores, relevant), Method.ISOTONIC)

    assert np.mean((told[Method.ISOTONIC] > 0.5) == relevant) < 0.75


@pytest.mark.parametrize("draw", [Law.sample, Law.searches], ids=["pairs", "searches"])
def test_isotonic_is_not_tried_on_few_pairs(draw):
    few, many = draw(Law(), 20, 49, seed=4), draw(Law(), 20, 50, seed=4)

    assert set(held_out.probabilities(few, None)) == {Method.PLATT, Method.BETA}
    assert set(held_out.probabilities(many, None)) == set(Method)
    assert set(held_out.probabilities(few, Method.ISOTONIC)) == {Method.ISOTONIC}
