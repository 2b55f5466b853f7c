import numpy as np
import pytest

from pgrerank.usecases.calibration import assess, fit
from tests.fixtures.samples import Law, sample

LAW = Law(slope=2.0, base=-1.0)


def truth(pairs):
    return 1 / (1 + np.exp(-(LAW.slope * pairs.scores + LAW.base)))


def test_figures_are_those_of_the_textbook():
    pairs = sample([0, 0, 1, 1], [3.0, 1.0, 2.0, 0.0], [1, 0, 0, 1], [1.0, 2.0, 1.0, 1.0])

    found = assess.quality(pairs, np.array([0.8, 0.4, 0.4, 0.5]), np.array([0.5] * 4), {})

    assert found.brier.value == pytest.approx((0.04 + 2 * 0.16 + 0.16 + 0.25) / 5)
    assert found.log_loss.value == pytest.approx(-np.log([0.8, 0.6, 0.6, 0.6, 0.5]).sum() / 5)
    # The bin of 0.4 has a weight of three pairs, none relevant.
    assert found.ece.value == pytest.approx((0.2 + 3 * 0.4 + 0.5) / 5)
    assert found.ece_uncalibrated.value == pytest.approx(0.5 - 2 / 5)
    assert [each.value for each in found.precision_at] == pytest.approx([0.5, 0.4])


def test_a_true_probability_has_a_small_error_and_a_wrong_one_a_large_one():
    pairs = LAW.sample(200, 50, seed=1)

    right = assess.calibration_error(pairs, truth(pairs))
    wrong = assess.calibration_error(pairs, truth(pairs) / 2)

    assert right.value < 0.02
    assert wrong.low > 0.1


def test_bins_are_of_equal_mass():
    pairs = LAW.sample(100, 30, seed=2)

    found = assess.bins(pairs, truth(pairs))

    assert len(found) == assess.BINS
    assert {each.pairs for each in found} == {200}
    assert [each.predicted for each in found] == sorted(each.predicted for each in found)


@pytest.mark.parametrize("spread", [0.0, 2.0])
def test_intervals_hold_the_truth_at_their_rate_though_pairs_of_a_query_are_alike(spread):
    law = Law(base=-1.0, slope=0.0, spread=spread)
    everything = law.sample(20_000, 5, seed=0).relevant.mean()
    held = 0
    for seed in range(1, 101):
        pairs = law.sample(60, 20, seed=seed)
        drawn = assess.Resampled(pairs)
        found = drawn.ratio(pairs.relevant.astype(float), pairs.weights)
        held += found.low <= everything <= found.high

    assert 87 <= held <= 100


def test_points_go_from_strict_to_loose_and_end_with_all():
    pairs = LAW.sample(50, 30, seed=3)

    found = assess.points(pairs, fit.platt(pairs))

    assert [each.cutoff for each in found] == sorted({p.cutoff for p in found}, reverse=True)
    assert (found[-1].pairs, found[-1].recall.value) == (1500, 1.0)
    assert found[-1].precision.value == pytest.approx(pairs.relevant.mean())
    assert all(p.precision.low <= p.precision.value <= p.precision.high for p in found)


def test_cutoffs_are_scores_that_occur_and_never_see_a_label():
    scores = np.array([0.1, 0.1, 0.5, 0.9])

    assert assess.cutoffs(scores, 10).tolist() == [0.9, 0.5, 0.1]
