"""Probabilities of results, in the order in which they are served."""

from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pgrerank.domain import order, rerank
from pgrerank.domain.calibration import Calibration, CalibrationCurve, CandidatePool, Method
from pgrerank.domain.candidate import PairScore
from pgrerank.domain.hit_scores import ScoreParts
from pgrerank.domain.relevance import CalibrationContext
from pgrerank.domain.rerank import SuppliedDocument
from tests.fakes import candidate

CONTEXTS = [
    CalibrationContext(
        calibration=Calibration(
            id=UUID(int=1),
            fingerprint="f",
            reranker="r",
            curve=curve,
            answerable=None,
            pool=CandidatePool(strategy="hybrid", candidates=100, depth=50),
        )
    )
    for curve in (
        CalibrationCurve(method=Method.PLATT, coefficients=(2.0, -1.0)),
        CalibrationCurve(method=Method.BETA, coefficients=(0.5, 2.0, 0.7, 1.2, -0.4)),
        CalibrationCurve(
            method=Method.ISOTONIC, scores=(-1.0, 0.0, 2.0), probabilities=(0.1, 0.3, 0.9)
        ),
    )
]
SCORES = st.lists(
    st.one_of(st.none(), st.sampled_from([-1.0, 0.0, 0.5, 9.0]), st.floats(-50, 50)), max_size=60
)
OTHER = st.lists(st.floats(-50, 50), min_size=60, max_size=60)


def falls(values):
    return all(first >= second for first, second in pairwise(values))


@pytest.mark.parametrize("context", CONTEXTS, ids=lambda context: context.calibration.curve.method)
@given(scores=SCORES, other=OTHER)
def test_relevance_never_rises_down_the_list_whatever_orders_it(context, scores, other):
    found = [candidate(place) for place in range(1, len(scores) + 1)]
    pairs = [PairScore(value=value) for value in scores]
    parts = [
        None if value is None else ScoreParts(words=other[n]) for n, value in enumerate(scores)
    ]
    boosts = [abs(each) for each in other[: len(scores)]]
    texts = [SuppliedDocument(str(n)) for n in range(len(scores))]

    searched = context.with_relevance(order.final_order(found, pairs, (), parts, boosts))
    ranked = rerank.order_documents(texts, pairs, boosts)
    relevances = context.relevances([each.scores.rerank for each in ranked])

    for results, values in (
        (searched, [hit.scores.relevance for hit in searched]),
        (ranked, relevances),
    ):
        known = [value for value in values if value is not None]
        assert [value is None for value in values] == [r.scores.rerank is None for r in results]
        assert falls(known)
        assert all(0 <= value <= 1 for value in known)
        # The mean probability is that of the curve.
        said = [
            context.calibration.curve.relevance(each.scores.rerank)
            for each in results
            if each.scores.rerank is not None
        ]
        assert sum(known) == pytest.approx(sum(said))


@pytest.mark.parametrize("context", CONTEXTS, ids=lambda context: context.calibration.curve.method)
@given(scores=SCORES)
def test_where_the_score_decides_the_order_relevance_is_that_of_the_curve(context, scores):
    found = [candidate(place) for place in range(1, len(scores) + 1)]

    hits = context.with_relevance(
        order.final_order(found, [PairScore(value=value) for value in scores])
    )

    assert [hit.scores.relevance for hit in hits] == [
        None
        if hit.scores.rerank is None
        else context.calibration.curve.relevance(hit.scores.rerank)
        for hit in hits
    ]


def test_results_that_the_curve_puts_the_wrong_way_round_get_their_mean():
    curve = CONTEXTS[0].calibration.curve
    right, wrong = curve.relevance(0.0), curve.relevance(1.0)

    assert CONTEXTS[0].relevances([2.0, 0.0, 1.0, -5.0]) == pytest.approx(
        [curve.relevance(2.0), *[(right + wrong) / 2] * 2, curve.relevance(-5.0)]
    )


def test_without_a_calibration_nothing_is_claimed():
    assert CalibrationContext().relevances([1.0, None]) == [None, None]
