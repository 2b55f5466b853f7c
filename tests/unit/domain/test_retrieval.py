import pytest

from pgrerank.domain.errors import InvalidRequestError
from pgrerank.domain.retrieval import Retrieval


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("k1", -0.1),
        ("k1", 10.1),
        ("k1", float("nan")),
        ("b", -0.1),
        ("b", 1.1),
        ("title_boost", -1),
        ("title_boost", 101),
        ("rrf_k", 0),
        ("rrf_k", 10_001),
        ("dense_weight", -1),
        ("keyword_weight", 101),
        ("sparse_weight", float("inf")),
        ("k1", 5e-324),
        ("dense_weight", 1e-7),
    ],
)
def test_setting_out_of_range_is_refused_by_name(field, value):
    with pytest.raises(InvalidRequestError) as refusal:
        Retrieval(**{field: value})

    assert refusal.value.field == field


def test_ends_of_the_ranges_are_allowed():
    Retrieval(k1=0, b=0, title_boost=0, rrf_k=1, dense_weight=0, keyword_weight=0)
    Retrieval(k1=10, b=1, title_boost=100, rrf_k=10_000, dense_weight=100, sparse_weight=0)


def test_some_leg_must_weigh():
    with pytest.raises(InvalidRequestError, match="all other weights"):
        Retrieval(dense_weight=0, keyword_weight=0, sparse_weight=0)
