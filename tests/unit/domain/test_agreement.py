from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from pgrerank.domain.agreement import by_embeddings, cosines, with_agreement

scores = st.lists(st.floats(-1e6, 1e6), min_size=6, max_size=6)


def order(totals: list[float]) -> list[int]:
    return sorted(range(len(totals)), key=lambda place: -totals[place])


def nowhere(count: int):
    return by_embeddings([None] * count)


def test_without_embeddings_scores_keep_their_order() -> None:
    assert order(with_agreement([0.2, 0.9, 0.5], nowhere(3))) == [1, 2, 0]


def test_the_scale_of_scores_does_not_count() -> None:
    raw = [9.0, 1.0, 2.0]
    scaled = with_agreement([1000 * value + 5 for value in raw], nowhere(3))
    assert scaled == pytest.approx(with_agreement(raw, nowhere(3)))


def test_a_missing_score_counts_as_the_lowest() -> None:
    missing = with_agreement([3.0, None, 1.0], nowhere(3))
    assert missing == pytest.approx(with_agreement([3.0, 1.0, 1.0], nowhere(3)))


def test_a_candidate_like_the_best_gains_on_its_equal() -> None:
    best, other = np.eye(2, dtype=np.float32)
    near = by_embeddings([best, best, best, best, other])
    totals = with_agreement([0.9, 0.8, 0.8, 0.1, 0.1], near)
    assert totals[3] > totals[4]


def test_without_an_embedding_a_candidate_gains_nothing() -> None:
    best, other = np.eye(2, dtype=np.float32)
    near = by_embeddings([best, best, best, None, other, best])
    bare, unlike, like = with_agreement([0.9, 0.8, 0.7, 0.1, 0.1, 0.1], near)[3:]
    assert bare == pytest.approx(unlike)
    assert like > bare


def test_agreement_is_with_the_best_and_weighs_as_much_as_the_scores() -> None:
    asked: list[list[int]] = []

    def agreement(best_first: Sequence[int]) -> list[float]:
        asked.append(list(best_first))
        return [7.0, 900.0, 7.0, 7.0]

    totals = with_agreement([0.5, 0.1, 0.9, 0.4], agreement)
    assert asked == [[2, 0, 3, 1]]
    plain = with_agreement([0.5, 0.1, 0.9, 0.4], nowhere(4))
    other = with_agreement([0.0, 1.0, 0.0, 0.0], nowhere(4))
    assert totals == pytest.approx(np.add(plain, other).tolist())


def test_where_all_are_among_the_best_none_agrees_with_itself() -> None:
    raw = [0.5, 0.1, 0.9]
    assert with_agreement(raw, lambda _: [1.0, 9.0, 0.0]) == pytest.approx(
        with_agreement(raw, nowhere(3))
    )


def test_scores_that_differ_only_by_rounding_say_nothing() -> None:
    assert with_agreement([0.1 + 0.2, 0.3, 0.3], nowhere(3)) == [0.0, 0.0, 0.0]


@given(scores, st.permutations(range(6)))
def test_the_place_in_the_list_does_not_count(raw: list[float], moved: list[int]) -> None:
    straight = with_agreement(raw, nowhere(6))
    shuffled = with_agreement([raw[place] for place in moved], nowhere(6))
    assert shuffled == pytest.approx([straight[place] for place in moved], abs=1e-6)


@given(scores, arrays.arrays(np.float32, (6, 4), elements=st.floats(-1, 1, width=32)))
def test_the_numbers_are_finite(raw: list[float], vectors: np.ndarray) -> None:
    assert np.isfinite(with_agreement(raw, by_embeddings(list(vectors)))).all()


def test_cosines_are_missing_where_a_side_is() -> None:
    x = np.array([1.0, 0.0], dtype=np.float32)
    assert cosines(x, [x, None]) == [1.0, None]
    assert cosines(None, [x]) == [None]
