from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pgrerank.domain import calibration
from pgrerank.domain.calibration import CalibrationCurve, Method
from pgrerank.domain.errors import InvalidRequestError
from pgrerank.domain.threshold import Promise, Threshold

STEPS = CalibrationCurve(
    method=Method.ISOTONIC, scores=(-1.0, 0.0, 2.0), probabilities=(0.1, 0.3, 0.9)
)
PLATT = CalibrationCurve(method=Method.PLATT, coefficients=(2.0, -1.0))
BETA = CalibrationCurve(method=Method.BETA, coefficients=(0.5, 2.0, 0.7, 1.2, -0.4))


def test_steps_are_joined_by_lines_and_flat_outside():
    found = [STEPS.relevance(score) for score in (-9, -1, -0.5, 0, 1, 2, 9)]

    assert found == pytest.approx([0.1, 0.1, 0.2, 0.3, 0.6, 0.9, 0.9])


def test_beta_with_like_slopes_is_a_logistic_curve():
    bent = CalibrationCurve(method=Method.BETA, coefficients=(0.0, 1.0, 2.0, 2.0, -1.0))

    assert bent.relevance(0.3) == pytest.approx(PLATT.relevance(0.3))


@pytest.mark.parametrize("curve", [STEPS, PLATT, BETA])
@given(scores=st.lists(st.floats(-1e6, 1e6), min_size=2).map(sorted))
def test_a_curve_never_falls_and_stays_a_probability(curve, scores):
    found = [curve.relevance(score) for score in scores]

    assert all(0 <= each <= 1 for each in found)
    assert all(a <= b + 1e-12 for a, b in pairwise(found))


def test_without_judged_pools_each_candidate_answers_on_its_own_account():
    found = calibration.answerable(None, [0.0, 1.0], [0.5, 0.5])

    assert (found.probability, found.value) == (0.75, True)


def test_with_judged_pools_the_best_log_odds_decide():
    found = calibration.answerable(PLATT, [0.0, -1.0], [0.9, 0.9])

    assert found.probability == pytest.approx(PLATT.relevance(0.0))
    assert not found.value


def test_an_empty_pool_says_nothing():
    assert calibration.answerable(None, [], []) is None


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Threshold(name="x"),
        lambda: Threshold(name="x", cutoff=1.0, min_relevance=0.5),
        lambda: Threshold(name="x", min_relevance=1.5),
        lambda: Promise(precision=1.0),
        lambda: Promise(precision=0.9, confidence=0.0),
    ],
)
def test_what_means_nothing_is_refused(wrong):
    with pytest.raises(InvalidRequestError):
        wrong()


@pytest.mark.parametrize(
    ("curve", "rises"),
    [
        (PLATT, True),
        (BETA, True),
        (STEPS, True),
        (CalibrationCurve(method=Method.PLATT, coefficients=(-2.0, 1.0)), False),
        (CalibrationCurve(method=Method.PLATT, coefficients=(0.0, 1.0)), False),
        (CalibrationCurve(method=Method.PLATT, coefficients=(float("nan"), 1.0)), False),
        (CalibrationCurve(method=Method.PLATT, coefficients=(float("inf"), 1.0)), False),
        (CalibrationCurve(method=Method.BETA, coefficients=(0.5, 2.0, 0.0, 0.0, -0.4)), False),
        (CalibrationCurve(method=Method.BETA, coefficients=(0.5, 2.0, -0.1, 2.0, -0.4)), False),
        (CalibrationCurve(method=Method.BETA, coefficients=(0.5, 0.0, 1.0, 1.0, -0.4)), False),
        (
            CalibrationCurve(method=Method.ISOTONIC, scores=(0.0, 1.0), probabilities=(0.5, 0.5)),
            False,
        ),
        (
            CalibrationCurve(method=Method.ISOTONIC, scores=(0.0, 1.0), probabilities=(0.5, 0.4)),
            False,
        ),
        (CalibrationCurve(method=Method.ISOTONIC), False),
    ],
)
def test_only_a_curve_that_rises_with_the_score_is_one(curve, rises):
    assert curve.rises is rises
