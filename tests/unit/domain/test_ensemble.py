from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from pgrerank.domain import ensemble

kinds = st.lists(st.floats(-1e6, 1e6), min_size=6, max_size=6)


def order(totals: list[float]) -> list[int]:
    return sorted(range(len(totals)), key=lambda place: -totals[place])


def test_kinds_count_alike_whatever_their_scale() -> None:
    words, meaning = [9.0, 1.0, 2.0], [0.1, 0.9, 0.2]
    nowhere = ensemble.near([None] * 3)
    together = ensemble.combine([words, meaning], nowhere)
    louder = ensemble.combine([[1000 * value + 5 for value in words], meaning], nowhere)
    assert louder == pytest.approx(together)


def test_a_single_kind_without_embeddings_keeps_its_order() -> None:
    assert order(ensemble.combine([[0.2, 0.9, 0.5]], ensemble.near([None] * 3))) == [1, 2, 0]


def test_what_a_leg_did_not_return_counts_as_its_least() -> None:
    nowhere = ensemble.near([None] * 3)
    assert ensemble.combine([[3.0, None, 1.0]], nowhere) == pytest.approx(
        ensemble.combine([[3.0, 1.0, 1.0]], nowhere)
    )


def test_a_candidate_like_the_best_gains_on_its_equal() -> None:
    best, other = np.eye(2, dtype=np.float32)
    near = ensemble.near([best, best, best, best, other])
    found = ensemble.combine([[0.9, 0.8, 0.8, 0.1, 0.1]], near)
    assert found[3] > found[4]


def test_without_an_embedding_nothing_speaks_for_a_candidate() -> None:
    best, other = np.eye(2, dtype=np.float32)
    kind = [0.9, 0.8, 0.7, 0.1, 0.1, 0.1]
    near = ensemble.near([best, best, best, None, other, best])
    bare, unlike, like = ensemble.combine([kind], near)[3:]
    assert bare == pytest.approx(unlike)
    assert like > bare


def test_agreement_of_any_kind_is_asked_of_the_best_and_weighs_as_one_kind() -> None:
    asked: list[list[int]] = []

    def agreement(best_first: Sequence[int]) -> list[float]:
        asked.append(list(best_first))
        return [7.0, 900.0, 7.0, 7.0]

    kind = [0.5, 0.1, 0.9, 0.4]
    found = ensemble.combine([kind], agreement)
    assert asked == [[2, 0, 3, 1]]
    assert found == pytest.approx(
        ensemble.combine([kind, [0.0, 1.0, 0.0, 0.0]], ensemble.near([None] * 4))
    )


def test_where_all_are_among_the_best_none_speaks_for_itself() -> None:
    kind = [0.5, 0.1, 0.9]
    assert ensemble.combine([kind], lambda _: [1.0, 9.0, 0.0]) == pytest.approx(
        ensemble.combine([kind], ensemble.near([None] * 3))
    )


def test_one_candidate_alone_scores_zero() -> None:
    assert ensemble.combine([[0.3], [None]], ensemble.near([None])) == [0.0]


def test_a_kind_that_differs_by_rounding_alone_says_nothing() -> None:
    constant = [0.1 + 0.2, 0.3, 0.3]
    assert ensemble.combine([constant], ensemble.near([None] * 3)) == [0.0, 0.0, 0.0]


@given(st.lists(kinds, min_size=1, max_size=4), st.permutations(range(6)))
def test_the_place_in_the_list_does_not_count(values: list[list[float]], moved: list[int]) -> None:
    nowhere = ensemble.near([None] * 6)
    straight = ensemble.combine(values, nowhere)
    shuffled = ensemble.combine([[kind[place] for place in moved] for kind in values], nowhere)
    assert shuffled == pytest.approx([straight[place] for place in moved], abs=1e-6)


@given(
    kinds,
    arrays.arrays(np.float32, (6, 4), elements=st.floats(-1, 1, width=32)),
)
def test_the_numbers_are_finite(kind: list[float], vectors: np.ndarray) -> None:
    assert np.isfinite(ensemble.combine([kind, kind], ensemble.near(list(vectors)))).all()


def test_cosines_are_missing_where_a_side_is() -> None:
    x = np.array([1.0, 0.0], dtype=np.float32)
    assert ensemble.cosines(x, [x, None]) == [1.0, None]
    assert ensemble.cosines(None, [x]) == [None]
