import pytest

from pgrerank.domain.errors import InvalidRequestError
from pgrerank.domain.request import Profile, RerankMode, SearchRequest


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("candidates", 0),
        ("candidates", 1001),
        ("depth", 0),
        ("depth", 1001),
        ("limit", 0),
        ("limit", 1001),
        ("budget_ms", 0),
        ("min_similarity", 1.01),
        ("min_similarity", float("nan")),
        ("query", "a\0b"),
        ("end_user_id", " "),
        ("end_user_id", "a" * 201),
        ("end_user_id", "a\0b"),
        ("end_user_id", "a\ud800"),
        ("filter", {"$where": 1}),
    ],
)
def test_knob_out_of_range_is_refused_by_name(field, value):
    with pytest.raises(InvalidRequestError) as refusal:
        SearchRequest(**{"query": "q", field: value})

    assert refusal.value.field.startswith(field)


def test_knobs_are_independent():
    request = SearchRequest(query="q", candidates=1, depth=500, limit=1000)

    assert (request.candidates, request.effective_depth, request.limit) == (1, 500, 1000)


@pytest.mark.parametrize(("profile", "depth"), [(Profile.INTERACTIVE, 50), (Profile.BATCH, 200)])
def test_profile_sets_the_depth_unless_it_is_given(profile, depth):
    assert SearchRequest(query="q", profile=profile).effective_depth == depth
    assert SearchRequest(query="q", profile=profile, depth=7).effective_depth == 7


def test_threshold_on_scores_needs_reranking():
    with pytest.raises(InvalidRequestError, match="min_score"):
        SearchRequest(query="q", rerank=RerankMode.NEVER, min_score=0.0)
