import pytest

from pgrerank.domain.unknown_query import leg_warnings, warnings


def test_model_that_does_not_know_most_of_a_query_is_named_with_the_share():
    said = warnings({"embedder": 0.83, "reranker": 0.5, "another": 0.0})

    assert said == ("83% of the query is unknown to `embedder`, so its scores say little about it",)


@pytest.mark.parametrize(
    ("scan", "unknown_share", "end"),
    [
        ("no terms", None, "there is no dense leg"),
        ("no terms", 0.8, "the embedder knows little of it"),
    ],
)
def test_query_that_no_leg_can_read_is_said(scan, unknown_share, end):
    (said,) = leg_warnings(scan, unknown_share)

    assert said.startswith("no leg can read the query: the keyword leg found no word in it, and")
    assert end in said


@pytest.mark.parametrize(
    ("scan", "unknown_share"), [("gin", None), ("gin", 0.9), ("no terms", 0.2), (None, 0.9)]
)
def test_query_that_a_leg_can_read_has_no_such_warning(scan, unknown_share):
    assert leg_warnings(scan, unknown_share) == ()
