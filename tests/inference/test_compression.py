import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pgrerank.inference import compression


def vectors(count, dimensions=384):
    random = np.random.default_rng(count)  # the same values in any order of the tests
    return random.normal(size=(count, dimensions)).astype(np.float32)


def unit(rows):
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def maxsim(query, rows):
    return float((query @ unit(rows).T).max(axis=1).mean())


@given(count=st.integers(0, 40), size=st.integers(1, 40))
def test_pooling_leaves_as_many_as_asked_and_loses_no_vector(count, size):
    tokens = np.random.default_rng(count).normal(size=(count, 8)).astype(np.float32)

    pooled = compression.pool(tokens, size)

    assert len(pooled) == min(count, size)
    np.testing.assert_allclose(pooled.sum(axis=0), tokens.sum(axis=0), atol=1e-4)


def test_pooling_joins_what_is_alike_wherever_it_stands():
    here, there = vectors(2)
    tokens = np.stack([here, there, here + 0.01, there - 0.01, here])

    pooled = unit(compression.pool(tokens, 2))

    np.testing.assert_allclose(pooled, unit(np.stack([here, there])), atol=0.01)


def test_pooling_ends_where_all_are_the_same():
    assert len(compression.pool(np.ones((100, 4), dtype=np.float32), 3)) == 3


@pytest.mark.parametrize("count", [1, 30, 80])
def test_without_pooling_scores_are_the_full_ones_but_for_the_rounding(count):
    query, tokens = unit(vectors(12)), vectors(count)

    [score] = compression.scores(query, [compression.compress(tokens)])

    assert score == pytest.approx(maxsim(query, tokens), abs=0.02)


def test_a_passage_is_scored_alike_alone_and_among_others():
    query = unit(vectors(9))
    passages = [compression.compress(vectors(count)) for count in (5, 200, 1, 80, 33)]

    together = compression.scores(query, passages)

    alone = [compression.scores(query, [passage])[0] for passage in passages]
    np.testing.assert_allclose(together, alone, atol=1e-5)


def test_a_passage_takes_no_more_than_its_room():
    assert len(compression.compress(vectors(500))) == 80 * (2 + 384 // 4) < 10_000


def test_nothing_scores_lowest():
    nothing = compression.compress(vectors(0))
    something = compression.compress(vectors(3))

    scores = compression.scores(unit(vectors(4)), [nothing, something, nothing])

    assert scores[0] == scores[2] == -1 < scores[1]
    assert compression.scores(unit(vectors(4)), [nothing]) == [-1]
    assert compression.scores(unit(vectors(4)), []) == []


def test_what_is_not_finite_is_not_compressed():
    assert compression.compress(np.array([[1.0, np.nan]], dtype=np.float32)) is None


def test_likeness_is_the_mean_of_maxsim_both_ways():
    one, other = unit(vectors(7)), unit(vectors(12))

    [found] = compression.likeness(one, [compression.compress(other)])

    assert found == pytest.approx((maxsim(one, other) + maxsim(other, one)) / 2, abs=0.01)


def test_nothing_is_as_like_a_passage_as_itself():
    passages = [compression.compress(vectors(count)) for count in (5, 80, 33)]
    one = compression.unpack(passages[1], 384)

    found = compression.likeness(one, [*passages, compression.compress(vectors(0))])

    assert np.argmax(found) == 1
    assert found[1] == pytest.approx((one**2).sum(axis=1).mean(), abs=1e-5)
    assert found[3] == -1


@pytest.mark.parametrize("count", [0, 1, 80])
def test_unpacked_vectors_are_those_that_were_packed_but_for_the_rounding(count):
    tokens = vectors(count)

    unpacked = compression.unpack(compression.compress(tokens), 384)

    assert unpacked.shape == (count, 384)
    np.testing.assert_allclose((unit(unpacked) * unit(tokens)).sum(axis=1), 1, atol=0.09)
    np.testing.assert_allclose(np.linalg.norm(unpacked, axis=1), 1, atol=0.1)


def test_compression_keeps_the_level_of_scores():
    tokens = vectors(80)

    unpacked = compression.unpack(compression.compress(tokens), 384)

    np.testing.assert_allclose((unpacked * unit(tokens)).sum(axis=1), 1, atol=1e-3)


def test_zero_vector_is_similar_to_nothing():
    [score] = compression.scores(unit(vectors(4)), [compression.compress(np.zeros((1, 384)))])

    assert score == 0
