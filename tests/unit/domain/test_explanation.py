"""Why a document is not among the results."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pgrerank.domain.candidate import LegReport, RerankStatus
from pgrerank.domain.explanation import LegPosition, Stage, cut_by, verdict
from pgrerank.domain.hit_scores import HitScores, ScoreParts
from pgrerank.domain.ids import ChunkId, RankingId
from pgrerank.domain.log import LoggedCandidate, LoggedRanking

LEG = LegReport(requested=10, returned=2, scan="exact")


def logged(**columns):
    given = {
        "knobs": {"depth": 50},
        "status": RerankStatus.FULL,
        "reason": None,
        "scored": 2,
        "returned": 2,
        "cascade_model": None,
        "cascade_scored": None,
        "dense": None,
        "keyword": None,
        **columns,
    }
    return LoggedRanking(
        id=RankingId(UUID(int=1)),
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
        collection="docs",
        query="q",
        strategy="hybrid",
        profile="interactive",
        embedder=None,
        reranker=None,
        reranker_fingerprint=None,
        timings_ms={},
        **given,
    )


def chunk(number, *, passes_filter=True, **ranks):
    """Where the legs rank a chunk today."""
    given = {"dense_rank": None, "keyword_rank": None, **ranks}
    return LegPosition(
        chunk_id=ChunkId(UUID(int=number)),
        ordinal=0,
        passes_filter=passes_filter,
        dense_score=0.1,
        keyword_score=None,
        **given,
    )


def candidate(number, final_rank, fused_rank=None, **scores):
    """A logged candidate."""
    return LoggedCandidate(
        chunk_id=ChunkId(UUID(int=number)),
        dense_rank=None,
        dense_score=None,
        keyword_rank=None,
        keyword_score=None,
        fused_rank=fused_rank or final_rank,
        fused_score=0.5,
        final_rank=final_rank,
        scores=HitScores(**scores),
    )


def test_every_leg_that_took_part_is_named_where_none_found_a_document():
    found = verdict(logged(dense=LEG, keyword=LEG, sparse=LEG), "d", [chunk(2, dense_rank=7)])
    without = verdict(logged(dense=LEG), "d", [chunk(2, dense_rank=7)])

    assert found.reason == (
        "the dense leg ranks it 7 and returned 2; "
        "the keyword leg does not know it: it has no word of the query; "
        "the sparse leg does not know it: it has no weight of a token of the query"
    )
    assert "sparse" not in without.reason


@pytest.mark.parametrize(("rank", "changed"), [(2, True), (3, False)])
def test_a_rank_that_the_leg_returned_shows_that_something_changed_since(rank, changed):
    found = verdict(logged(dense=LEG), "d", [chunk(2), chunk(3, dense_rank=rank)])

    assert found.stage is Stage.NOT_FOUND
    assert ("changed since" in found.reason) is changed


def test_a_document_fails_a_filter_if_all_of_its_chunks_do():
    fails = chunk(2, passes_filter=False, dense_rank=1)

    assert verdict(logged(dense=LEG), "d", [fails]).stage is Stage.FILTERED
    assert verdict(logged(dense=LEG), "d", [fails, chunk(3)]).stage is Stage.NOT_FOUND


def test_a_document_without_chunks_is_not_stored():
    found = verdict(logged(candidates=(candidate(1, 1),), warnings=("odd",)), "d", [])

    assert (found.stage, found.logged, found.warnings) == (Stage.NOT_STORED, None, ("odd",))


def test_a_document_stands_where_its_best_chunk_stands():
    two = (candidate(8, 1, rerank=2.0), candidate(9, 2, rerank=1.0))

    found = verdict(logged(candidates=two), "d", [chunk(9), chunk(8)])

    assert found.logged is two[0]
    assert (found.stage, found.reason) == (Stage.RETURNED, "it is result 1 of 2")


def test_places_count_what_no_threshold_removed():
    ranking = logged(
        candidates=(
            candidate(1, 1, rerank=0.5, relevance=0.9),
            candidate(2, 2, rerank=9.0, relevance=0.8),
        ),
        knobs={"depth": 50, "min_score": 1.0},
        returned=1,
    )

    assert verdict(ranking, "d", [chunk(2)]).reason == "it is result 1 of 1"
    assert verdict(ranking, "d", [chunk(1)]).stage is Stage.CUT


NO_BUDGET_LEFT = "1 of 2 pairs could be scored within 60 ms"


@pytest.mark.parametrize(
    ("scores", "fused_rank", "columns", "stage", "how"),
    [
        ({"rerank": 0.5}, 2, {}, Stage.BELOW_LIMIT, "the reranker scored it 0.5 and moved it"),
        ({}, 51, {}, Stage.BELOW_DEPTH, "below the depth of 50 that was reranked"),
        (
            {},
            50,
            {"status": RerankStatus.PARTIAL, "reason": NO_BUDGET_LEFT},
            Stage.BELOW_DEPTH,
            f"it was not scored ({NO_BUDGET_LEFT})",
        ),
        (
            {"cascade": 0.25},
            2,
            {"cascade_model": "late", "cascade_scored": 3},
            Stage.BELOW_DEPTH,
            "the cascade scored it 0.25, and the reranker did not",
        ),
        (
            {},
            2,
            {"scored": 0, "status": RerankStatus.SKIPPED, "reason": "it is short"},
            Stage.BELOW_LIMIT,
            "nothing was reranked (it is short), which left it",
        ),
        (
            {},
            2,
            {"scored": 0, "status": RerankStatus.FAILED},
            Stage.BELOW_LIMIT,
            "nothing was reranked (failed), which left it",
        ),
    ],
    ids=["reranked", "below the depth", "late", "cascade", "skipped", "failed"],
)
def test_a_candidate_below_the_limit_is_told_what_put_it_there(
    scores, fused_rank, columns, stage, how
):
    best = candidate(1, 1, rerank=2.0) if columns.get("scored") != 0 else candidate(1, 1)
    ranking = logged(
        **{"candidates": (best, candidate(2, 2, fused_rank, **scores)), "returned": 1, **columns}
    )

    found = verdict(ranking, "d", [chunk(2)])

    assert found.stage is stage
    assert found.reason.startswith(f"fusion put it at {fused_rank}, {how}")
    assert found.reason.endswith("2: 1 were returned")


@pytest.mark.parametrize(
    ("bound", "scores"),
    [
        ("min_score", lambda value: {"rerank": value}),
        ("min_relevance", lambda value: {"relevance": value}),
        ("threshold_log_odds", lambda value: {"parts": ScoreParts(base=-1.0, words=value + 1)}),
        ("threshold_relevance", lambda value: {"relevance": value}),
    ],
)
def test_a_bound_removes_what_is_below_it_and_what_has_no_score(bound, scores):
    ranking = logged(knobs={"depth": 50, bound: 0.5})

    assert cut_by(ranking, candidate(1, 1, **scores(0.5))) is None
    below = cut_by(ranking, candidate(1, 1, **scores(0.25)))
    assert below == f"`{bound}` of 0.5 removed it: it has 0.25"
    assert cut_by(ranking, candidate(1, 1)) == f"`{bound}` of 0.5 removed it: it has none"


@pytest.mark.parametrize("scored", [0, 3])
def test_a_chunk_beyond_the_maximum_of_its_document_was_cut(scored):
    ranking = logged(knobs={"per_document": 2}, crowded_ranks=frozenset({3}), scored=scored)

    assert cut_by(ranking, candidate(1, 2)) is None
    assert "`per_document` of 2 removed it" in cut_by(ranking, candidate(2, 3))


@pytest.mark.parametrize(
    "nothing", [{"scored": 0}, {"status": RerankStatus.FAILED}], ids=["skipped", "failed"]
)
def test_where_nothing_was_reranked_no_bound_removes_anything(nothing):
    ranking = logged(knobs={"depth": 50, "min_score": 0.5}, **nothing)

    assert cut_by(ranking, candidate(1, 1)) is None


@given(
    scores=st.lists(st.one_of(st.none(), st.floats(-5, 5)), min_size=1, max_size=12),
    bound=st.one_of(st.none(), st.floats(-5, 5)),
    limit=st.integers(0, 12),
)
def test_every_candidate_has_one_stage_and_as_many_are_returned_as_the_log_says(
    scores, bound, limit
):
    candidates = tuple(
        candidate(place, place, rerank=score) for place, score in enumerate(scores, 1)
    )
    scored = sum(score is not None for score in scores)
    passing = [
        each
        for each, score in zip(candidates, scores, strict=True)
        if bound is None or not scored or (score is not None and score >= bound)
    ]
    ranking = logged(
        candidates=candidates,
        scored=scored,
        returned=min(limit, len(passing)),
        knobs={"depth": 50, "min_score": bound},
    )

    stages = [
        verdict(ranking, "d", [chunk(place)]).stage for place in range(1, len(candidates) + 1)
    ]

    assert stages.count(Stage.RETURNED) == ranking.returned
    assert stages.count(Stage.CUT) == len(candidates) - len(passing)
    assert {Stage.NOT_FOUND, Stage.FILTERED, Stage.NOT_STORED}.isdisjoint(stages)
