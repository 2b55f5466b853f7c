import numpy as np
import pytest

from pgrerank.usecases.calibration import fit
from tests.fixtures.samples import Law, sample


@pytest.mark.parametrize("fitted", [fit.platt, fit.isotonic, fit.beta])
def test_a_fitted_curve_is_near_the_law(fitted):
    curve = fitted(Law(slope=2.0, base=-1.0).sample(200, 50, seed=1))

    found = [curve.relevance(score) for score in (-1.0, 0.0, 1.0, 2.0)]

    assert found == pytest.approx([1 / (1 + np.exp(-(2 * s - 1))) for s in (-1, 0, 1, 2)], abs=0.04)


def test_platt_smooths_targets_so_that_pairs_that_can_be_told_apart_stay_uncertain():
    curve = fit.platt(sample([0, 0, 1, 1], [0.0, 1.0, 0.0, 1.0], [0, 1, 0, 1]))

    # With two pairs of each kind the targets are 3/4 and 1/4, and the curve meets both exactly.
    assert [curve.relevance(0.0), curve.relevance(1.0)] == pytest.approx([0.25, 0.75], abs=1e-5)


def test_a_weight_counts_as_so_many_pairs():
    names, scores, relevant = [0, 0, 1, 1, 1], [0.0, 1.0, 0.5, 0.2, 0.9], [0, 1, 0, 1, 1]
    twice = sample(names * 2, scores * 2, relevant * 2)

    for fitted in (fit.platt, fit.isotonic, fit.beta):
        one = fitted(sample(names, scores, relevant, [2.0] * 5))
        two = fitted(twice)
        assert one.relevance(0.6) == pytest.approx(two.relevance(0.6), abs=0.07)
    assert fit.platt(sample(names, scores, relevant, [2.0] * 5)).coefficients == pytest.approx(
        fit.platt(twice).coefficients, rel=1e-3
    )


def test_isotonic_is_never_sure():
    curve = fit.isotonic(sample([0, 0, 1, 1], [0.0, 1.0, 2.0, 3.0], [0, 0, 1, 1]))

    assert curve.relevance(-9) == pytest.approx(1 / 6)
    assert curve.relevance(9) == pytest.approx(5 / 6)


def test_beta_leaves_out_what_would_make_it_fall():
    # More relevant pairs at low scores: every slope would be negative.
    curve = fit.beta(Law(slope=-2.0).sample(50, 20, seed=2))

    assert min(curve.coefficients[2:4]) >= 0


def test_best_of_each_query_says_whether_anything_was_relevant():
    best = fit.best_of_each(sample([3, 3, 5, 5], [0.1, 0.4, 0.3, 0.2], [1, 0, 0, 0]))

    assert best.scores.tolist() == [0.4, 0.3]
    assert best.relevant.tolist() == [True, False]


def test_answerable_needs_queries_of_both_kinds():
    pools = Law(base=0.0).sample(60, 1, seed=5)
    curve = fit.answerable(pools)

    assert curve.relevance(2.0) > 0.8
    assert curve.relevance(-2.0) < 0.2
    assert fit.answerable(pools.of(pools.relevant)) is None
