import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from pgrerank.domain import significance

MEASURED = st.floats(0, 1)


@settings(max_examples=25, deadline=None)
@given(pairs=st.lists(st.tuples(MEASURED, MEASURED), min_size=1, max_size=12))
def test_every_pair_of_measurements_has_finite_figures(pairs):
    before, after = zip(*pairs, strict=True)

    found = significance.paired_difference(before, after)

    assert -1 <= found.low <= found.high <= 1
    assert 0 < found.p_value <= 1
    assert found.wins + found.losses <= found.queries == len(pairs)


def test_clear_gain_is_real_and_turned_round_is_a_real_loss():
    rng = np.random.default_rng(1)
    before = rng.uniform(0, 0.5, 60)
    after = before + rng.normal(0.1, 0.05, 60)

    gain, loss = (
        significance.paired_difference(before, after),
        significance.paired_difference(after, before),
    )

    assert gain.is_gain
    assert gain.low < 0.1 < gain.high
    assert gain.p_value < 0.001
    assert (loss.is_decided, loss.is_gain, loss.is_loss) == (True, False, True)
    assert (gain.wins, gain.losses) == (loss.losses, loss.wins)


def test_nothing_changed_is_nothing_real():
    found = significance.paired_difference([0.5, 0.25], [0.5, 0.25])

    assert (found.mean, found.low, found.high, found.p_value) == (0, 0, 0, 1)
    assert not found.is_decided
    assert found.queries_needed is None


def test_few_queries_decide_nothing_however_clear_they_look():
    few = significance.paired_difference([0.1] * 19, np.linspace(0.5, 0.9, 19))
    enough = significance.paired_difference([0.1] * 20, np.linspace(0.5, 0.9, 20))

    assert few.low > 0.3
    assert (few.is_decided, few.queries_needed) == (False, 20)
    assert enough.is_gain


def test_an_interval_alone_decides_nothing():
    # One large gain among ties: the interval excludes nothing, the permutation test does not.
    found = significance.paired_difference([0.0] * 40, [0.0] * 35 + [0.1, 0.2, 0.4, 0.5, -0.01])

    assert found.low > 0
    assert found.p_value > 0.05
    assert not found.is_decided


def test_as_many_queries_as_are_said_to_be_needed_show_the_difference():
    rng = np.random.default_rng(5)
    few = significance.paired_difference(np.zeros(30), rng.normal(0.04, 0.1, 30))
    assert not few.is_decided

    shown = [
        significance.paired_difference(
            np.zeros(few.queries_needed), rng.normal(few.mean, few.deviation, few.queries_needed)
        ).is_gain
        for _ in range(20)
    ]

    assert 60 <= few.queries_needed <= 1_000
    assert sum(shown) >= 12


def test_p_value_is_the_share_of_all_permutations_where_they_can_be_counted():
    found = significance.paired_difference([0, 0, 0, 0, 0], [1, 1, 1, 1, 1])

    assert found.p_value == pytest.approx(2 / 2**5)


def test_p_value_is_near_that_of_the_t_test_on_many_queries():
    rng = np.random.default_rng(2)
    before = rng.uniform(0, 1, 200)
    after = before + rng.normal(0.02, 0.15, 200)

    found = significance.paired_difference(before, after)

    assert found.p_value == pytest.approx(stats.ttest_rel(after, before).pvalue, abs=0.02)


def test_interval_holds_the_truth_about_as_often_as_it_promises():
    rng = np.random.default_rng(3)
    change = rng.exponential(0.1, (60, 40)) - 0.05  # skewed, with a mean of 0.05

    intervals = [significance.paired_difference(np.zeros(40), row) for row in change]
    held = sum(each.low <= 0.05 <= each.high for each in intervals)

    assert held / len(change) >= 0.88


@given(queries=st.integers(2, 40))
def test_each_query_is_checked_once_and_never_fitted_on_where_it_is_checked(queries):
    parts = list(significance.folds(queries))

    assert sorted(place for _, test in parts for place in test) == list(range(queries))
    for train, test in parts:
        assert sorted([*train, *test]) == list(range(queries))
