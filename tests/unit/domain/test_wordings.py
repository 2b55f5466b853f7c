"""Fusion of the lists of several wordings of a query."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from pgrerank.domain.wordings import merge
from tests.fakes import candidate


def fused(numbers):
    """A fused list of the candidates of these numbers, best first."""
    return [
        candidate(number, fused_rank=rank, fused_score=1 / (60 + rank), dense_rank=rank)
        for rank, number in enumerate(numbers, start=1)
    ]


numbers = st.lists(st.integers(1, 12), unique=True, max_size=12).map(fused)
lists = st.lists(numbers, min_size=1, max_size=5)


@given(numbers)
def test_one_list_stays_as_it_is(own):
    assert merge([own]) == tuple(own)


@given(lists)
def test_every_chunk_is_there_once_in_the_order_of_its_mean_score(found):
    merged = merge(found)

    everything = {each.chunk_id for one in found for each in one}
    assert sorted(each.chunk_id for each in merged) == sorted(everything)
    assert [each.fused_rank for each in merged] == [*range(1, len(merged) + 1)]
    for each in merged:
        scores = [one.fused_score for own in found for one in own if one.chunk_id == each.chunk_id]
        assert abs(each.fused_score * len(found) - sum(scores)) < 1e-12
    keys = [(-each.fused_score, each.chunk_id) for each in merged]
    assert all(mine[0] <= after[0] for mine, after in pairwise(keys))


@given(lists)
def test_the_legs_are_those_of_the_query_itself(found):
    own = {each.chunk_id: each for each in found[0]}

    for each in merge(found):
        here = own.get(each.chunk_id)
        expected = (here.dense_rank, here.dense_score) if here else (None, None)
        assert (each.dense_rank, each.dense_score) == expected


@given(lists, st.randoms())
def test_the_order_of_the_other_wordings_does_not_matter(found, random):
    others = found[1:]
    random.shuffle(others)

    again = merge([found[0], *others])
    assert [each.chunk_id for each in again] == [each.chunk_id for each in merge(found)]


def test_a_chunk_that_several_wordings_find_comes_before_one_that_a_single_one_finds_first():
    merged = merge([fused([1, 9]), fused([2, 9]), fused([3, 9])])

    assert [each.chunk_id.int for each in merged] == [9, 1, 2, 3]
