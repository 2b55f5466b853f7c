"""Probabilities of results, in the order in which they are served."""

from dataclasses import astuple
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pgrerank.domain import order, rerank
from pgrerank.domain.calibration import CalibrationCurve, Method
from pgrerank.domain.candidate import PairScore
from pgrerank.domain.hit_scores import HitScores, ScoreParts
from pgrerank.domain.relevance import CalibrationContext
from pgrerank.domain.relevance_model import GENERIC, unscaled_log_odds
from pgrerank.domain.rerank import SuppliedDocument
from pgrerank.domain.score_scale import DocumentScale, SearchScale
from tests.fakes import candidate

SEARCHES = SearchScale(base=-2.0, factor=1.5, level=0.25, center=3.0)
DOCUMENTS = DocumentScale(base=-1.0, slope=0.5)
CURVES = [
    CalibrationCurve(method=Method.PLATT, coefficients=(1.0, 0.0)),
    CalibrationCurve(method=Method.BETA, coefficients=(0.5, 2.0, 0.7, 1.2, -0.4)),
    CalibrationCurve(
        method=Method.ISOTONIC, scores=(-1.0, 0.0, 2.0), probabilities=(0.1, 0.3, 0.9)
    ),
]
SCORES = st.lists(
    st.one_of(st.none(), st.sampled_from([-1.0, 0.0, 0.5, 9.0]), st.floats(-50, 50)), max_size=60
)
OTHER = st.lists(st.floats(-50, 50), min_size=60, max_size=60)
curves = pytest.mark.parametrize("curve", CURVES, ids=lambda curve: curve.method)


def searched(scores, other):
    """Hits of a search in final order, with a boost for some."""
    parts = [
        None if value is None else ScoreParts(base=-5.8, reranker=value, words=other[n])
        for n, value in enumerate(scores)
    ]
    return order.final_order(
        [candidate(place) for place in range(1, len(scores) + 1)],
        [PairScore(value=value) for value in scores],
        (),
        parts,
        [abs(each) for each in other[: len(scores)]],
    )


def ranked(scores, other):
    """Supplied documents in final order, with a boost for some."""
    return rerank.order_documents(
        [SuppliedDocument(str(n)) for n in range(len(scores))],
        [PairScore(value=value) for value in scores],
        [abs(each) for each in other[: len(scores)]],
    )


@curves
@given(scores=SCORES, other=OTHER)
def test_relevance_is_that_of_the_log_odds_and_never_rises_down_the_list(curve, scores, other):
    for scale, results in (
        (SEARCHES, searched(scores, other)),
        (DOCUMENTS, ranked(scores, other)),
    ):
        calibrated = CalibrationContext(scale=scale, curve=curve).with_relevance(results)

        relevances = [each.scores.relevance for each in calibrated]
        known = [value for value in relevances if value is not None]
        assert [value is None for value in relevances] == [r.scores.rerank is None for r in results]
        assert all(first >= second for first, second in pairwise(known))
        assert known == pytest.approx(
            [
                curve.relevance(each.scores.log_odds)
                for each in calibrated
                if each.scores.log_odds is not None
            ],
            abs=1e-9,
        )


@given(scores=SCORES, other=OTHER)
def test_a_calibration_changes_no_order(scores, other):
    for scale, results in (
        (SEARCHES, searched(scores, other)),
        (DOCUMENTS, ranked(scores, other)),
    ):
        calibrated = CalibrationContext(scale=scale).with_relevance(results)

        deciding = [each.scores.deciding for each in calibrated if each.scores.rerank is not None]
        assert all(a >= b or a == pytest.approx(b) for a, b in pairwise(deciding))


def test_log_odds_of_a_search_are_scaled_parts_over_a_base_by_its_best_raw_score():
    first = HitScores(rerank=7.0, parts=ScoreParts(base=-5.8, reranker=0.6, words=-0.2), boost=0.1)
    second = HitScores(rerank=1.0, parts=ScoreParts(base=-5.8, reranker=-0.6))
    unscored = HitScores(cascade=9.0)

    scaled = SEARCHES.apply([first, second, unscored])

    assert scaled[0].log_odds == pytest.approx(-2.0 + 0.25 * 4 + 1.5 * 0.5)
    assert scaled[1].log_odds == pytest.approx(-2.0 + 0.25 * 4 - 1.5 * 0.6)
    assert scaled[2] == unscored
    assert astuple(scaled[0].parts) == pytest.approx((-1.0, 0.9, 0.0, -0.3, 0.0))
    assert scaled[0].boost == pytest.approx(0.15)
    assert SEARCHES.apply([unscored]) == [unscored]


@given(sizes=st.lists(st.floats(-9, 9), min_size=1, max_size=20), factor=st.floats(0.1, 9))
def test_log_odds_of_the_model_that_ships_are_found_again_behind_any_scale(sizes, factor):
    # As in a search, the parts of one score have the deviation that the model gives them.
    weight = GENERIC.reranker
    parts = [
        ScoreParts(base=GENERIC.base, similarity=sign * weight) for _ in sizes for sign in (-1, 1)
    ]
    scores = [
        HitScores(rerank=1.0, parts=each, boost=abs(size))
        for each, size in zip(parts, [*sizes, *sizes], strict=True)
    ]
    scale = SearchScale(base=1.0, factor=factor, level=1.0, center=0.0)

    expected = [each.parts.similarity + each.boost for each in scores]
    assert unscaled_log_odds(scores) == pytest.approx(expected)
    assert unscaled_log_odds(scale.apply(scores)) == pytest.approx(expected)


def test_without_a_calibration_nothing_is_claimed():
    hits = searched([1.0, None], [0.0, 0.0])

    assert CalibrationContext().with_relevance(hits) == hits
    assert CalibrationContext().answerable(hits) is None
