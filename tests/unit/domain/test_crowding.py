"""The most results of a document, and relevance against novelty."""

from dataclasses import replace
from itertools import pairwise
from uuid import UUID

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pgrerank.domain import crowding, order
from pgrerank.domain.candidate import PairScore
from pgrerank.domain.ids import DocumentId
from tests.fakes import candidate


def unit(angle):
    return np.array([np.cos(angle), np.sin(angle)], dtype=np.float32)


def made(documents, scores=(), angles=()):
    """Hits in final order: a chunk for each document number, with its score and its vector."""
    found = [
        candidate(
            rank,
            document_id=DocumentId(UUID(int=document)),
            embedding=None
            if rank > len(angles) or angles[rank - 1] is None
            else unit(angles[rank - 1]),
        )
        for rank, document in enumerate(documents, 1)
    ]
    return order.final_order(found, [PairScore(value=score) for score in scores])


def fused(hits):
    return [hit.candidate.fused_rank for hit in hits]


DOCUMENTS = st.lists(st.integers(1, 5), max_size=20)


@st.composite
def lists(draw):
    """Hits of a few documents, some with a score and a vector."""
    documents = draw(DOCUMENTS)
    few = st.one_of(st.none(), st.sampled_from([-2.0, 0.0, 0.5]), st.floats(-5, 5))
    scores = draw(st.lists(few, max_size=len(documents)))
    angles = draw(st.lists(st.one_of(st.none(), st.floats(0, 6)), max_size=len(documents)))
    return made(documents, scores, angles)


@given(hits=lists(), most=st.integers(1, 4))
def test_the_rest_is_exactly_the_first_of_each_document(hits, most):
    kept, beyond = crowding.best_of_documents(hits, most)

    seen, expected = [], []
    for hit in hits:
        if seen.count(hit.candidate.document_id) < most:
            expected.append(hit)
        seen.append(hit.candidate.document_id)
    assert list(kept) == expected
    assert sorted([*(hit.rank for hit in kept), *beyond]) == [hit.rank for hit in hits]


@given(hits=lists())
def test_without_a_maximum_nothing_is_removed(hits):
    assert crowding.best_of_documents(hits, None) == (hits, [])


@given(hits=lists(), diversity=st.floats(0, 1))
def test_every_hit_stays_once_and_those_of_a_document_keep_their_order(hits, diversity):
    found = crowding.diversified(hits, diversity)

    assert sorted(fused(found)) == sorted(fused(hits))
    assert [hit.rank for hit in found] == list(range(1, len(hits) + 1))
    for document in {hit.candidate.document_id for hit in hits}:
        own = [[h for h in each if h.candidate.document_id == document] for each in (found, hits)]
        compared = [[h for h in each if h.candidate.embedding is not None] for each in own]
        assert fused(compared[0]) == fused(compared[1])


@given(hits=lists())
def test_no_diversity_leaves_the_ranking_as_it_is(hits):
    assert crowding.diversified(hits, 0) == hits


@given(
    scores=st.lists(st.floats(-5, 5), min_size=3, max_size=9, unique=True),
    diversity=st.floats(0.01, 0.99),
    data=st.data(),
)
def test_each_hit_is_the_best_by_relevance_and_novelty(scores, diversity, data):
    """Against the definition, written out: one chunk a document."""
    angles = data.draw(st.lists(st.floats(0, 3), min_size=len(scores), max_size=len(scores)))
    hits = made(range(1, len(scores) + 1), scores, angles)
    low, high = min(scores), max(scores)

    def value(hit, before):
        cosines = [float(hit.candidate.embedding @ other.candidate.embedding) for other in before]
        relevance = (hit.scores.rerank - low) / (high - low)
        return (1 - diversity) * relevance - diversity * max(cosines, default=0)

    found = crowding.diversified(hits, diversity)

    assert found[0].scores.rerank == high
    for place in range(1, len(found)):
        before, rest = found[:place], found[place:]
        best = max(value(hit, before) for hit in rest)
        assert value(rest[0], before) == pytest.approx(best, abs=1e-5)


def test_a_copy_moves_behind_what_is_new():
    hits = made([1, 2, 3, 4], [4.0, 3.9, 3.0, 0.0], [0.0, 0.0, 1.5, 1.6])

    assert fused(crowding.diversified(hits, 0.5)) == [1, 3, 2, 4]


def test_a_second_chunk_waits_for_the_first_of_its_document():
    copy_first = made([1, 2, 2, 3], [4.0, 3.0, 2.9, 0.0], [0.0, 0.0, 1.5, 0.1])

    found = fused(crowding.diversified(copy_first, 0.5))

    assert found.index(2) < found.index(3)


def test_what_was_not_scored_stays_behind_in_its_order():
    hits = made([1, 2, 3, 4, 5], [1.0, 0.9, 0.5], [0.0, 0.0, 1.5, 1.6, 1.7])

    assert fused(crowding.diversified(hits, 0.5)) == [1, 3, 2, 4, 5]


def test_without_reranking_the_fused_score_is_the_relevance():
    hits = made([1, 2, 3], angles=[0.0, 0.0, 1.5])

    assert fused(crowding.diversified(hits, 0.6)) == [1, 3, 2]


def test_equal_scores_are_ordered_by_novelty_alone():
    hits = made([1, 2, 3], [1.0, 1.0, 1.0], [0.0, 0.1, 1.5])

    assert fused(crowding.diversified(hits, 0.1)) == [1, 3, 2]


def test_hits_without_vectors_keep_their_order():
    hits = made([1, 2, 3], [3.0, 2.0, 1.0])

    assert crowding.diversified(hits, 1) == hits


def test_hits_keep_all_but_their_rank():
    hits = made([1, 2, 3, 4], [4.0, 3.9, 3.0, 0.0], [0.0, 0.0, 1.5, 1.6])
    by_place = {hit.candidate.fused_rank: hit for hit in hits}

    found = crowding.diversified(hits, 0.5)

    assert all(replace(by_place[hit.candidate.fused_rank], rank=hit.rank) == hit for hit in found)
    assert all(one.rank < other.rank for one, other in pairwise(found))
