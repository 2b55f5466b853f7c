"""What commands say about the difference of two evaluations."""

from dataclasses import replace

import pytest

from pgrerank.cli import gain
from pgrerank.domain.significance import Difference

GAIN = Difference(
    queries=40,
    before=0.5,
    after=0.5625,
    low=0.02,
    high=0.11,
    p_value=0.0123,
    wins=25,
    losses=5,
    deviation=0.1,
)


def undecided(**changed):
    return replace(GAIN, low=-0.01, **changed)


def test_a_sentence_has_every_figure():
    assert gain.sentence("nDCG@10", GAIN) == (
        "nDCG@10 0.5000 to 0.5625: +0.0625, 95 % interval +0.0200 to +0.1100, p = 0.012, "
        "40 queries, 25 better, 5 worse: a gain beyond chance."
    )


def test_a_loss_is_called_a_loss():
    loss = replace(GAIN, after=0.4, low=-0.15, high=-0.05)

    assert gain.verdict(loss) == "a loss beyond chance"


@pytest.mark.parametrize(
    ("deviation", "queries", "advice"),
    [
        (0.1, 15, "about 21 queries would tell a difference of this size"),
        (0.15, 40, "about 46 queries would tell a difference of this size"),
        (0.5, 40, "about 500 queries would tell a difference of this size"),
        (1.5, 40, "about 4,500 queries would tell a difference of this size"),
        (7.0, 40, "about 98,000 queries would tell a difference of this size"),
        (7.1, 40, "detecting such a small difference would take too many queries"),
        # More than were asked already: these did not tell it.
        (0.1, 40, "about 41 queries would tell a difference of this size"),
        (0.15, 200, "about 201 queries would tell a difference of this size"),
    ],
)
def test_the_number_of_queries_that_would_decide_has_two_digits(deviation, queries, advice):
    difference = undecided(deviation=deviation, queries=queries)

    assert gain.verdict(difference) == f"not beyond chance; {advice}"


def test_equal_means_need_no_queries():
    equal = undecided(after=0.5, deviation=0.1)

    assert gain.sample_size_advice(equal) == "there is no difference to find"


@pytest.mark.parametrize(
    ("count", "text"), [(0, "0 queries"), (1, "1 query"), (2, "2 queries"), (11, "11 queries")]
)
def test_one_query_is_singular(count, text):
    assert gain.queries(count) == text


def test_json_says_how_many_queries_are_needed_only_of_what_is_undecided():
    decided, open_ = gain.plain(GAIN), gain.plain(undecided(deviation=0.5))

    assert (decided["is_gain"], decided["is_loss"], decided["queries_needed"]) == (
        True,
        False,
        None,
    )
    assert (open_["is_gain"], open_["queries_needed"]) == (False, 503)
    assert decided["mean"] == 0.0625
