from statistics import pstdev

import pytest

from pgrerank.domain.candidate import PairScore
from pgrerank.domain.errors import InvalidRequestError
from pgrerank.domain.term import boosts, check_terms

SCORES = [PairScore(value=value) for value in (1.0, 2.0, 3.0)]
DEVIATION = pstdev([1, 2, 3])


def raised(terms, *texts):
    """The boost in standard deviations."""
    padded = [*texts, *[""] * (3 - len(texts))]
    return [boost / DEVIATION for boost in boosts(terms, padded, SCORES, [])]


def test_a_term_raises_by_its_weight_in_standard_deviations():
    assert raised({"falcon": 0.5, "hawk": 0.25}, "a falcon", "a hawk", "a dove") == pytest.approx(
        [0.5, 0.25, 0]
    )


def test_weights_add_up_to_one_deviation_at_most():
    terms = {"falcon": 0.5, "hawk": 0.25, "kite": 0.75}

    assert raised(terms, "falcon and hawk", "falcon, hawk, kite", "falcon falcon") == pytest.approx(
        [0.75, 1, 0.5]
    )


@pytest.mark.parametrize(
    ("term", "text"),
    [
        ("pgvector", "PGVector is fast"),
        ("write-ahead log", "the Write-Ahead Log."),
        ("C++", "in c++, say"),
        ("Straße", "STRASSE 5"),
        ("K-9", "(K-9)"),
        ("東京", "駅: 東京"),
    ],
)
def test_a_term_is_found_in_any_case_and_beside_any_sign(term, text):
    assert raised({term: 1.0}, text)[0] == pytest.approx(1)


@pytest.mark.parametrize(
    ("term", "text"),
    [("log", "a logger"), ("C", "basic"), ("write log", "write the log"), ("K-9", "K-90")],
)
def test_a_part_of_a_word_is_no_term(term, text):
    assert raised({term: 1.0}, text)[0] == 0


def test_what_was_not_scored_is_not_raised_and_does_not_count():
    scores = [*SCORES, PairScore(value=None)]

    found = boosts({"a": 1.0}, ["a", "b", "b", "a"], scores, [])

    assert found == pytest.approx([DEVIATION, 0, 0, 0])


def test_the_deviation_is_that_of_what_the_order_goes_by():
    found = boosts({"a": 1.0}, ["a", "b", "b"], SCORES, [10.0, 20.0, 30.0])

    assert found[0] == pytest.approx(10 * DEVIATION)


@pytest.mark.parametrize("scores", [[], [PairScore(value=7.0)], [PairScore(value=7.0)] * 3])
def test_where_all_are_alike_nothing_is_raised(scores):
    assert boosts({"a": 1.0}, ["a"] * len(scores), scores, []) == [0.0] * len(scores)


def test_without_terms_there_are_no_boosts():
    assert boosts({}, ["a"] * 3, SCORES, []) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"a": 0.0},
        {"a": 1.01},
        {"a": float("nan")},
        {"": 0.5},
        {"--": 0.5},
        {"a\0": 0.5},
        {"a\nb": 0.5},
        {"a" * 101: 0.5},
        {"Ox": 0.5, "oX": 0.5},
        {f"t{n}": 0.5 for n in range(501)},
    ],
)
def test_terms_that_cannot_be_kept_are_refused(wrong):
    with pytest.raises(InvalidRequestError) as refused:
        check_terms(wrong)

    assert refused.value.field == "terms"
