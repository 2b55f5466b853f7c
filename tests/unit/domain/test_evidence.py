import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from pgrerank.domain import evidence

kinds = st.lists(st.floats(-1e6, 1e6), min_size=6, max_size=6)


def order(totals: list[float]) -> list[int]:
    return sorted(range(len(totals)), key=lambda place: -totals[place])


def test_kinds_count_alike_whatever_their_scale() -> None:
    words, meaning = [9.0, 1.0, 2.0], [0.1, 0.9, 0.2]
    nowhere = [None] * 3
    together = evidence.combined([words, meaning], nowhere)
    louder = evidence.combined([[1000 * value + 5 for value in words], meaning], nowhere)
    assert louder == pytest.approx(together)


def test_a_single_kind_without_embeddings_keeps_its_order() -> None:
    assert order(evidence.combined([[0.2, 0.9, 0.5]], [None] * 3)) == [1, 2, 0]


def test_what_a_leg_did_not_return_counts_as_its_least() -> None:
    nowhere = [None] * 3
    assert evidence.combined([[3.0, None, 1.0]], nowhere) == pytest.approx(
        evidence.combined([[3.0, 1.0, 1.0]], nowhere)
    )


def test_a_candidate_like_the_best_gains_on_its_equal() -> None:
    best, other = np.eye(2, dtype=np.float32)
    found = evidence.combined([[0.9, 0.8, 0.8, 0.1, 0.1]], [best, best, best, best, other])
    assert found[3] > found[4]


def test_without_an_embedding_nothing_speaks_for_a_candidate() -> None:
    best, other = np.eye(2, dtype=np.float32)
    kind = [0.9, 0.8, 0.7, 0.1, 0.1, 0.1]
    bare, unlike, like = evidence.combined([kind], [best, best, best, None, other, best])[3:]
    assert bare == pytest.approx(unlike)
    assert like > bare


def test_one_candidate_alone_has_no_evidence_against_it() -> None:
    assert evidence.combined([[0.3], [None]], [None]) == [0.0]


def test_a_kind_that_differs_by_rounding_alone_says_nothing() -> None:
    constant = [0.1 + 0.2, 0.3, 0.3]
    assert evidence.combined([constant], [None] * 3) == [0.0, 0.0, 0.0]


@given(st.lists(kinds, min_size=1, max_size=4), st.permutations(range(6)))
def test_the_place_in_the_list_is_no_evidence(values: list[list[float]], moved: list[int]) -> None:
    nowhere = [None] * 6
    straight = evidence.combined(values, nowhere)
    shuffled = evidence.combined([[kind[place] for place in moved] for kind in values], nowhere)
    assert shuffled == pytest.approx([straight[place] for place in moved], abs=1e-6)


@given(
    kinds,
    arrays.arrays(np.float32, (6, 4), elements=st.floats(-1, 1, width=32)),
)
def test_the_numbers_are_finite(kind: list[float], vectors: np.ndarray) -> None:
    assert np.isfinite(evidence.combined([kind, kind], list(vectors))).all()


def test_cosines_are_missing_where_a_side_is() -> None:
    x = np.array([1.0, 0.0], dtype=np.float32)
    assert evidence.cosines(x, [x, None]) == [1.0, None]
    assert evidence.cosines(None, [x]) == [None]
