from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest

from pgrerank.domain.candidate import RerankStatus
from pgrerank.domain.errors import (
    ConflictError,
    InvalidRequestError,
    NotFoundError,
    OverloadedError,
    QuotaError,
    ScoringError,
)
from pgrerank.domain.ids import TenantId, created_at, ranking_at
from pgrerank.domain.request import RerankMode, SearchRequest, Strategy
from pgrerank.usecases.search import search
from tests.fakes import (
    FakeCandidates,
    FakeCollections,
    FakeRankings,
    FakeScorer,
    candidate,
    collection,
    services,
)

TENANT = TenantId(UUID(int=7))
TEXTS = ["nothing", "parse dates", "a date", "how to parse a date", "parse"]
QUERY = "parse a date"


def fake_ports(**parts):
    collections = FakeCollections({(TENANT, "docs"): collection()})
    found = tuple(candidate(rank, text) for rank, text in enumerate(TEXTS, start=1))
    return services(**{"collections": collections, "candidates": FakeCandidates(found)} | parts)


def order_of(hits):
    return [hit.candidate.fused_rank for hit in hits]


async def test_search_reranks_records_and_answers_the_best():
    rankings = FakeRankings()

    ranking = await search(
        fake_ports(rankings=rankings), TENANT, "docs", SearchRequest(query=QUERY, limit=2)
    )

    assert order_of(ranking.results) == [4, 3]
    assert order_of(ranking.hits) == [4, 3, 2, 5, 1]
    assert ranking.rerank.status is RerankStatus.FULL
    assert (ranking.rerank.scored, ranking.rerank.model) == (5, "fake-reranker")
    [recorded] = rankings.recorded
    assert replace(recorded, timings_ms=ranking.timings_ms) == ranking
    assert ranking.created_at == created_at(ranking.id)
    stages = ["lookup", "embed", "retrieve", "rerank", "order"]
    assert list(recorded.timings_ms) == [*stages, "total"]
    assert list(ranking.timings_ms) == [*stages, "log", "total"]


async def test_pairs_are_scored_in_the_share_of_the_tenant():
    scorer = FakeScorer()

    await search(fake_ports(scorer=scorer), TENANT, "docs", SearchRequest(query=QUERY, limit=2))

    assert scorer.tenants == [TENANT]


async def test_depth_bounds_what_the_reranker_sees():
    scorer = FakeScorer()

    ranking = await search(
        fake_ports(scorer=scorer), TENANT, "docs", SearchRequest(query=QUERY, depth=3, limit=2)
    )

    assert scorer.asked == [(QUERY, 3)]
    assert order_of(ranking.hits) == [3, 2, 1, 4, 5]


async def test_late_pairs_keep_fused_order_behind_the_scored():
    request = SearchRequest(query=QUERY, limit=2, budget_ms=100)

    ranking = await search(fake_ports(scorer=FakeScorer(scored_in_time=3)), TENANT, "docs", request)

    assert ranking.rerank.status is RerankStatus.PARTIAL
    assert ranking.rerank.scored == 3
    assert order_of(ranking.hits) == [3, 2, 1, 4, 5]


@pytest.mark.parametrize(
    ("failure", "status", "reason", "retry_after_s"),
    [
        (OverloadedError(3), RerankStatus.SKIPPED, "the reranker is at capacity", 3),
        (
            QuotaError(7, 50),
            RerankStatus.SKIPPED,
            "the tenant's quota of 50 pairs a second is used up",
            7,
        ),
        (ScoringError("the model"), RerankStatus.FAILED, "the reranker failed", None),
    ],
)
async def test_trouble_at_the_reranker_leaves_the_fused_order_and_says_so(
    failure, status, reason, retry_after_s
):
    rankings = FakeRankings()
    troubled = fake_ports(scorer=FakeScorer(failure=failure), rankings=rankings)

    ranking = await search(troubled, TENANT, "docs", SearchRequest(query=QUERY, limit=2))

    assert order_of(ranking.results) == [1, 2]
    assert (ranking.rerank.status, ranking.rerank.model) == (status, None)
    assert (ranking.rerank.reason, ranking.rerank.retry_after_s) == (reason, retry_after_s)
    [recorded] = rankings.recorded
    assert replace(recorded, timings_ms=ranking.timings_ms) == ranking


async def test_never_asks_no_reranker():
    scorer = FakeScorer()
    request = SearchRequest(query=QUERY, rerank=RerankMode.NEVER)

    ranking = await search(fake_ports(scorer=scorer), TENANT, "docs", request)

    assert scorer.asked == []
    assert ranking.rerank.status is RerankStatus.SKIPPED


async def test_min_score_cuts_results_but_not_the_record():
    request = SearchRequest(query=QUERY, min_score=2.0)

    ranking = await search(fake_ports(), TENANT, "docs", request)

    assert order_of(ranking.results) == [4, 3]
    assert ranking.cut.min_score == 3
    assert len(ranking.hits) == 5


async def test_min_score_cuts_nothing_where_reranking_failed():
    troubled = fake_ports(scorer=FakeScorer(failure=ScoringError("the model")))

    ranking = await search(troubled, TENANT, "docs", SearchRequest(query=QUERY, min_score=2.0))

    assert len(ranking.results) == 5
    assert ranking.cut.min_score == 0


async def test_threshold_above_every_score_is_an_empty_answer():
    ranking = await search(fake_ports(), TENANT, "docs", SearchRequest(query=QUERY, min_score=99))

    assert ranking.results == ()
    assert ranking.cut.min_score == 5


@pytest.mark.parametrize(
    ("query", "strategy", "dense"),
    [
        (QUERY, Strategy.HYBRID, True),
        (QUERY, Strategy.DENSE, True),
        (QUERY, Strategy.KEYWORD, False),
    ],
)
async def test_query_is_embedded_only_where_a_dense_leg_needs_it(query, strategy, dense):
    request = SearchRequest(query=query, strategy=strategy)

    ranking = await search(fake_ports(), TENANT, "docs", request)

    assert (ranking.dense is not None) == dense


async def test_a_blank_query_is_refused_and_not_recorded():
    rankings = FakeRankings()

    with pytest.raises(InvalidRequestError, match="query: must not be blank"):
        await search(fake_ports(rankings=rankings), TENANT, "docs", SearchRequest(query=" \n"))

    assert rankings.recorded == []


async def test_unknown_collection_is_not_found_and_not_recorded():
    rankings = FakeRankings()

    with pytest.raises(NotFoundError, match="elsewhere"):
        await search(fake_ports(rankings=rankings), TENANT, "elsewhere", SearchRequest(query=QUERY))

    assert rankings.recorded == []


async def test_vectors_of_another_embedder_are_never_searched():
    foreign = FakeCollections({(TENANT, "docs"): collection(embedder="a" * 64)})
    ports = fake_ports(collections=foreign)
    words_only = SearchRequest(query=QUERY, strategy=Strategy.KEYWORD)

    with pytest.raises(ConflictError, match="fake-embedder"):
        await search(ports, TENANT, "docs", SearchRequest(query=QUERY))
    assert (await search(ports, TENANT, "docs", words_only)).results


class OtherClock(FakeRankings):
    """A log that returns its own creation time."""

    async def record(self, *recorded: object) -> object:
        identifier = await super().record(*recorded)
        return ranking_at(identifier, datetime(2026, 5, 6, tzinfo=UTC))


async def test_answer_has_the_id_and_the_instant_that_the_log_gave_it():
    rankings = OtherClock()

    ranking = await search(fake_ports(rankings=rankings), TENANT, "docs", SearchRequest(query="q"))

    assert ranking.created_at == datetime(2026, 5, 6, tzinfo=UTC)
    assert created_at(ranking.id) == ranking.created_at


@pytest.mark.parametrize(
    ("knobs", "models"),
    [
        ({"rerank": RerankMode.ALWAYS}, ["fake-embedder", "fake-reranker"]),
        ({"rerank": RerankMode.NEVER}, ["fake-embedder"]),
        ({"rerank": RerankMode.ALWAYS, "strategy": Strategy.KEYWORD}, ["fake-reranker"]),
        ({"rerank": RerankMode.NEVER, "strategy": Strategy.KEYWORD}, []),
    ],
)
async def test_models_that_took_part_and_cannot_read_the_query_are_named(knobs, models):
    ranking = await search(
        fake_ports(), TENANT, "docs", SearchRequest(query="ภาษาไทย date", **knobs)
    )
    read = await search(fake_ports(), TENANT, "docs", SearchRequest(query=QUERY, **knobs))

    assert [text.split("`")[1] for text in ranking.warnings] == models
    assert read.warnings == ()
