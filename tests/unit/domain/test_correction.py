"""Estimates by a language model's grades, corrected by people's, in simulations."""

import importlib.util
from functools import partial
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pgrerank.domain.correction import FEWEST_JUDGED, estimate

PATH = Path(__file__).parents[3] / "scripts" / "simulated_judges.py"
SHARES = st.lists(st.floats(0, 1), min_size=FEWEST_JUDGED, max_size=40)


def loaded():
    spec = importlib.util.spec_from_file_location("simulated_judges", PATH)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


simulate = partial(loaded().simulate, unjudged=400, draws=400)


@pytest.mark.parametrize(
    ("missed", "invented"), [(0.1, 0.05), (0.4, 0.1), (0.2, 0.4), (0.7, 0.7), (0.5, 0.5)]
)
@pytest.mark.parametrize("judged", [15, 40])
def test_corrected_intervals_cover_the_truth_at_their_rate_whatever_the_judge_gets_wrong(
    missed, invented, judged
):
    found, truth = simulate(missed, invented, judged=judged)

    covered = np.mean([each.corrected.low <= truth <= each.corrected.high for each in found])
    # of 400 draws at 95 %, 92 to 98 % are within three standard errors
    assert 0.92 <= covered <= 0.98


def test_grades_taken_as_right_miss_the_truth():
    found, truth = simulate(0.6, 0.05, judged=40)

    covered = np.mean([each.by_model.low <= truth <= each.by_model.high for each in found])
    assert covered < 0.2


@pytest.mark.parametrize(("missed", "invented", "most"), [(0.05, 0.02, 0.7), (0.5, 0.5, 1.1)])
def test_a_good_judge_narrows_the_interval_and_a_useless_one_hardly_widens_it(
    missed, invented, most
):
    found, _ = simulate(missed, invented, judged=40, draws=100)

    shares = [
        (each.corrected.high - each.corrected.low) / (each.by_people.high - each.by_people.low)
        for each in found
    ]
    assert np.mean(shares) < most


@given(SHARES, st.lists(st.floats(0, 1), min_size=1, max_size=40), st.floats(0.01, 0.3))
def test_a_judge_that_is_always_right_gives_the_mean_over_all_queries(judged, alone, step):
    judged = [step + value for value in judged]
    found = estimate(judged, judged, alone)

    if found.weight:
        weighted = np.mean(judged) + found.weight * (np.mean(alone) - np.mean(judged))
        assert found.corrected.mean == pytest.approx(weighted)
    assert 0 <= found.weight <= 1


@given(SHARES, st.data())
def test_a_constant_error_of_the_judge_changes_nothing(people, data):
    size = len(people)
    paired = data.draw(st.lists(st.floats(0, 1), min_size=size, max_size=size))
    alone = data.draw(st.lists(st.floats(0, 1), min_size=2, max_size=40))

    right = estimate(people, paired, alone)
    shifted = estimate(people, [each + 0.25 for each in paired], [each + 0.25 for each in alone])

    if min(abs(b - a) for a, b in pairwise([*sorted({*paired, *alone}), 2.0])) > 1e-6:
        assert shifted.corrected.mean == pytest.approx(right.corrected.mean, abs=1e-6)


def test_without_queries_of_the_model_alone_people_decide():
    values = np.linspace(0, 1, 12)
    found = estimate(values, values[::-1], [])

    assert (found.corrected, found.weight) == (found.by_people, 0)


def test_few_judged_queries_correct_nothing():
    few = [0.5] * (FEWEST_JUDGED - 1)
    found = estimate(few, few, [0.25, 0.75])

    assert (found.judged, found.unjudged) == (FEWEST_JUDGED - 1, 2)
    assert (found.by_people, found.corrected, found.weight) == (None, None, None)
    assert found.by_model.low < found.by_model.mean < found.by_model.high
