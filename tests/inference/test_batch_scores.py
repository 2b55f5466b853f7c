"""Late interaction in blocks equals the score of each pair on its own."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pgrerank.domain.vector import unit
from pgrerank.inference import batch_scores, compression

DIMENSIONS = 16


def passages(sizes, seed):
    made = np.random.default_rng(seed)
    return [
        compression.compress(made.standard_normal((size, DIMENSIONS), dtype=np.float32))
        for size in sizes
    ]


@given(sizes=st.lists(st.integers(0, 90), min_size=1, max_size=70), seed=st.integers(0, 99))
def test_blocks_give_the_scores_of_single_passages(sizes, seed):
    stored = passages(sizes, seed)
    [document] = passages([20], seed + 1)
    exact = compression.scores(unit(compression.unpack(document, DIMENSIONS)), stored)

    [found] = batch_scores.scores([[document]], stored, [range(len(stored))], DIMENSIONS)

    assert found == pytest.approx(exact, abs=1e-5)


def test_pairs_are_scored_in_their_order():
    stored = passages([5, 30, 12], 1)
    whole = batch_scores.scores([[stored[0]], [stored[1]]], stored, [[0, 1, 2]] * 2, DIMENSIONS)

    some = batch_scores.scores([[stored[0]], [stored[1]]], stored, [[2, 0], []], DIMENSIONS)

    assert some == [[whole[0][2], whole[0][0]], []]
    assert whole[0][0] == max(whole[0])


def test_long_document_is_merged_to_few_vectors():
    asked = batch_scores.query(passages([80] * 12, 3), DIMENSIONS)

    assert asked.shape == (batch_scores.QUERY_VECTORS, DIMENSIONS)
    assert np.linalg.norm(asked, axis=1) == pytest.approx(1, abs=1e-5)


def test_nothing_to_read_is_the_lowest_score():
    [stored] = passages([5], 1)

    assert batch_scores.scores([[], [b""]], [stored, b""], [[0, 1]] * 2, DIMENSIONS) == [
        [-1.0, -1.0],
        [-1.0, -1.0],
    ]
    assert batch_scores.scores([[stored]], [b""], [[0]], DIMENSIONS) == [[-1.0]]
