"""The order and the scores of supplied documents, over all lists of scores."""

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pgrerank.domain.candidate import PairScore
from pgrerank.domain.errors import InvalidRequestError, TooLargeError
from pgrerank.domain.model import ScoreKind
from pgrerank.domain.rerank import (
    RerankRequest,
    SuppliedDocument,
    display_score,
    order_documents,
    with_display_scores,
)

SCORE = st.one_of(st.none(), st.floats(-50, 50))
ROWS = st.lists(st.tuples(SCORE, st.floats(0, 2)), max_size=12)
KINDS = st.sampled_from([None, *ScoreKind])


def documents(count):
    return tuple(SuppliedDocument(f"text {place}") for place in range(count))


def ordered(rows, *, extra=0):
    """Documents of these scores and boosts, and as many more that were not to be scored."""
    scores = [PairScore(value=score) for score, _ in rows]
    return order_documents(documents(len(rows) + extra), scores, [boost for _, boost in rows])


@given(rows=ROWS, extra=st.integers(0, 3))
def test_every_document_is_ranked_once_with_its_own_scores(rows, extra):
    ranked = ordered(rows, extra=extra)

    assert sorted(each.index for each in ranked) == list(range(len(rows) + extra))
    for each in ranked:
        assert each.document.text == f"text {each.index}"
        score, boost = rows[each.index] if each.index < len(rows) else (None, 0.0)
        assert (each.scores.rerank, each.scores.boost) == (score, boost)


@given(rows=ROWS, extra=st.integers(0, 3))
def test_the_order_falls_by_score_and_boost_then_follows_the_caller(rows, extra):
    places = [
        (each.scores.deciding is None, -(each.scores.deciding or 0.0), each.index)
        for each in ordered(rows, extra=extra)
    ]

    assert places == sorted(places)


@given(rows=ROWS, kind=KINDS)
def test_display_scores_never_rise_in_the_list_and_lie_between_0_and_1(rows, kind):
    shown = [each.display_score for each in with_display_scores(ordered(rows), kind)]

    assert all(0 <= value <= 1 for value in shown)
    assert all(first >= second for first, second in pairwise(shown))


@pytest.mark.parametrize(
    ("kind", "score", "shown"),
    [
        (ScoreKind.LOGIT, 0.0, 0.5),
        (ScoreKind.LOGIT, 1e9, 1.0),
        (ScoreKind.MAXSIM, 0.5, 0.5),
        (ScoreKind.UNIT, 0.25, 0.25),
        (ScoreKind.UNIT, 1.5, 1.0),
        (ScoreKind.ORDER, -0.5, 0.0),
        (None, 0.75, 0.75),
        (ScoreKind.LOGIT, None, 0.0),
    ],
)
def test_a_score_is_shown_on_the_scale_of_its_kind(kind, score, shown):
    assert display_score(score, kind) == pytest.approx(shown)


@given(low=st.floats(-1e6, 1e6), high=st.floats(-1e6, 1e6), kind=KINDS)
def test_a_higher_score_is_never_shown_lower(low, high, kind):
    low, high = sorted((low, high))

    assert display_score(low, kind) <= display_score(high, kind)
    assert math.isfinite(display_score(low, kind))


@given(
    count=st.integers(1, 9),
    depth=st.one_of(st.none(), st.integers(1, 20)),
    limit=st.one_of(st.none(), st.integers(1, 20)),
)
def test_depth_and_limit_reach_no_further_than_the_documents(count, depth, limit):
    request = RerankRequest(query="q", documents=documents(count), depth=depth, limit=limit)

    assert request.effective_depth == min(depth or count, count)
    assert request.effective_limit == min(limit or count, count)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("query", " "),
        ("query", "a\0"),
        ("end_user_id", ""),
        ("limit", 0),
        ("limit", 10_001),
        ("depth", 0),
        ("budget_ms", 600_001),
        ("min_relevance", -0.1),
        ("min_score", math.inf),
        ("collection", "Docs"),
        ("documents", ()),
    ],
)
def test_a_knob_out_of_range_is_refused_by_name(field, value):
    with pytest.raises(InvalidRequestError) as refusal:
        RerankRequest(**{"query": "q", "documents": documents(1), field: value})

    assert refusal.value.field == field


def test_a_document_that_cannot_be_read_is_named_by_its_place():
    with pytest.raises(InvalidRequestError) as refusal:
        RerankRequest(query="q", documents=(*documents(2), SuppliedDocument("\ud800")))

    assert refusal.value.field == "documents[2]"


def test_too_many_documents_are_refused_with_the_limit():
    with pytest.raises(TooLargeError, match="10001 documents are over the limit of 10000"):
        RerankRequest(query="q", documents=documents(10_001))


def test_a_threshold_needs_the_collection_that_it_belongs_to():
    with pytest.raises(InvalidRequestError, match="needs `collection`"):
        RerankRequest(query="q", documents=documents(1), threshold="bot")
    RerankRequest(query="q", documents=documents(1), threshold="bot", collection="docs")
