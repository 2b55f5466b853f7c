from dataclasses import replace
from uuid import UUID

import numpy as np
import pytest

from pgrerank.domain.candidate import RerankStatus
from pgrerank.domain.ids import TenantId
from pgrerank.domain.model import ScoreKind
from pgrerank.domain.request import RerankMode, SearchRequest
from pgrerank.usecases.search import search
from tests.fakes import FakeCandidates, FakeCollections, FakeScorer, candidate, collection, services

TENANT = TenantId(UUID(int=7))
QUERY = "parse a date"


class Late(FakeScorer):
    """A reranker with weights of its own."""

    model = replace(FakeScorer.model, name="late-interaction", score_kind=ScoreKind.MAXSIM)


def fake_ports(scorer, *found):
    collections = FakeCollections({(TENANT, "docs"): collection()})
    return services(collections=collections, candidates=FakeCandidates(found), scorer=scorer)


def listed():
    return [
        candidate(1, "parse a date", keyword_score=1.0),
        candidate(2, "parse a day", keyword_score=30.0),
        candidate(3, "nothing", keyword_score=1.0),
    ]


async def ranked(scorer, *found, **knobs):
    request = SearchRequest(query=QUERY, limit=2, **knobs)
    return await search(fake_ports(scorer, *found), TENANT, "docs", request)


def places(ranking):
    return [hit.candidate.fused_rank for hit in ranking.hits]


@pytest.mark.parametrize("scorer", [Late(), FakeScorer()])
async def test_results_are_ordered_by_the_log_odds(scorer):
    ranking = await ranked(scorer, *listed())

    log_odds = [hit.scores.log_odds for hit in ranking.hits]
    assert log_odds == sorted(log_odds, reverse=True)
    assert {hit.scores.rerank for hit in ranking.hits} == {2.0, 3.0, 0.0}


async def test_words_can_outweigh_a_reranker_that_is_nearly_undecided():
    """The second candidate is hardly worse by the reranker, and much better by BM25."""
    undecided = [
        candidate(1, "parse a date", keyword_score=1.0, dense_score=0.5),
        candidate(2, "parse a date", keyword_score=30.0, dense_score=0.5),
        candidate(3, "nothing", keyword_score=1.0, dense_score=0.5),
    ]

    assert places(await ranked(FakeScorer(), *undecided)) == [2, 1, 3]


async def test_the_meaning_of_a_candidate_that_words_alone_found_is_weighed():
    vector = await services().embedder.query(QUERY)
    near, far = (
        candidate(rank, "a date", dense_rank=None, dense_score=None, embedding=embedding)
        for rank, embedding in ((2, vector), (1, np.roll(vector, 1)))
    )
    third = candidate(3, "nothing", embedding=np.roll(vector, 1))

    assert places(await ranked(Late(), far, near, third)) == [2, 1, 3]


async def test_what_was_not_scored_in_time_stands_behind_in_fused_order():
    late = candidate(4, "parse a date", keyword_score=99.0)
    ranking = await ranked(Late(scored_in_time=3), *listed(), late, budget_ms=500)

    assert ranking.rerank.status is RerankStatus.PARTIAL
    assert places(ranking)[3] == 4
    assert ranking.hits[3].scores.log_odds is None


async def test_the_threshold_is_on_the_rerankers_own_score():
    ranking = await ranked(Late(), *listed(), min_score=2.5)

    assert [hit.candidate.fused_rank for hit in ranking.results] == [1]


@pytest.mark.parametrize(
    ("scorer", "mode", "fetched"),
    [
        (Late(), RerankMode.ALWAYS, True),
        (Late(), RerankMode.NEVER, False),
        (FakeScorer(), RerankMode.ALWAYS, True),
    ],
)
async def test_embeddings_are_fetched_only_where_they_will_be_weighed(scorer, mode, fetched):
    found = fake_ports(scorer, *listed())

    await search(found, TENANT, "docs", SearchRequest(query=QUERY, rerank=mode))

    assert found.candidates.embeddings == [fetched]
