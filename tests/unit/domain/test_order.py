from hypothesis import given
from hypothesis import strategies as st

from pgrerank.domain import order
from pgrerank.domain.candidate import PairScore
from tests.fakes import candidate

SCORES = st.lists(
    st.one_of(st.none(), st.sampled_from([-1.0, 0.0, 0.5, 0.5, 9.0]), st.floats(-50, 50)),
    max_size=30,
)


@given(scores=SCORES, tail=st.integers(0, 10))
def test_order_keeps_every_candidate_once_and_numbers_them(scores, tail):
    fused = [candidate(rank) for rank in range(1, len(scores) + tail + 1)]

    hits = order.final_order(fused, [PairScore(value=value) for value in scores])

    assert {hit.candidate.fused_rank for hit in hits} == set(range(1, len(fused) + 1))
    assert [hit.rank for hit in hits] == list(range(1, len(fused) + 1))


@given(scores=SCORES, tail=st.integers(0, 10))
def test_scored_candidates_lead_by_score_and_the_rest_keep_fused_order(scores, tail):
    fused = [candidate(rank) for rank in range(1, len(scores) + tail + 1)]

    hits = order.final_order(fused, [PairScore(value=value) for value in scores])

    scored = [hit for hit in hits if hit.scores.rerank is not None]
    rest = [hit.candidate.fused_rank for hit in hits if hit.scores.rerank is None]
    assert hits[: len(scored)] == tuple(scored)
    keys = [(-hit.scores.rerank, hit.candidate.fused_rank) for hit in scored]
    assert keys == sorted(keys)
    assert rest == sorted(rest)


@given(scores=SCORES, first=SCORES, tail=st.integers(0, 10))
def test_what_the_first_step_of_a_cascade_scored_comes_between(scores, first, tail):
    fused = [candidate(rank) for rank in range(1, max(len(scores), len(first)) + tail + 1)]

    hits = order.final_order(
        fused,
        [PairScore(value=value) for value in scores],
        [PairScore(value=value) for value in first],
    )

    def place(hit):
        if hit.scores.rerank is not None:
            return (0, -hit.scores.rerank, hit.candidate.fused_rank)
        if hit.scores.cascade is not None:
            return (1, -hit.scores.cascade, hit.candidate.fused_rank)
        return (2, 0, hit.candidate.fused_rank)

    assert [hit.rank for hit in hits] == list(range(1, len(fused) + 1))
    assert [place(hit) for hit in hits] == sorted(place(hit) for hit in hits)


def test_score_of_zero_is_a_score():
    hits = order.final_order(
        [candidate(1), candidate(2)], [PairScore(value=None), PairScore(value=0)]
    )

    assert [hit.candidate.fused_rank for hit in hits] == [2, 1]


def test_truncation_travels_with_its_candidate():
    scores = [PairScore(value=1.0), PairScore(value=2.0, truncated=True)]

    hits = order.final_order([candidate(1), candidate(2)], scores)

    assert [(hit.candidate.fused_rank, hit.scores.truncated) for hit in hits] == [
        (2, True),
        (1, False),
    ]


def test_search_without_rerank_keeps_the_fused_order():
    assert [
        hit.candidate.fused_rank for hit in order.final_order([candidate(1), candidate(2)], [])
    ] == [1, 2]
