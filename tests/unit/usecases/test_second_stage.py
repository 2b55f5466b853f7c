import asyncio
from dataclasses import replace
from uuid import UUID

import pytest

from pgrerank.domain.candidate import RerankStatus
from pgrerank.domain.errors import InvalidRequestError, OverloadedError, ScoringError
from pgrerank.domain.ids import TenantId
from pgrerank.domain.model import ScoreKind
from pgrerank.domain.request import RerankMode, SearchRequest
from pgrerank.usecases.search import search
from tests.fake_tokens import FakeLate
from tests.fakes import (
    FakeCandidates,
    FakeCollections,
    FakeScorer,
    candidate,
    collection,
    services,
)

TENANT = TenantId(UUID(int=7))
TEXTS = ["nothing", "parse dates", "a date", "how to parse a date", "parse", "a"]
QUERY = "parse a date"


class FullForm(FakeScorer):
    """A reranker that stored token vectors can replace."""

    model = replace(FakeScorer.model, score_kind=ScoreKind.MAXSIM)


def fake_ports(*, stores_tokens=True, late=None, **parts):
    collections = FakeCollections({(TENANT, "docs"): collection(stores_tokens=stores_tokens)})
    found = [candidate(rank, text, tokens=b"t") for rank, text in enumerate(TEXTS, start=1)]
    defaults = {
        "collections": collections,
        "candidates": FakeCandidates(tuple(found)),
        "late": late or FakeLate(),
    }
    return services(**defaults | parts)


async def found(ports, **knobs):
    request = SearchRequest(query=QUERY, **{"limit": 2} | knobs)
    return await search(ports, TENANT, "docs", request)


def order_of(ranking):
    return [hit.candidate.fused_rank for hit in ranking.hits]


async def test_stored_vectors_do_not_stand_in_for_late_interaction_by_another_model():
    other = FullForm()
    other.model = replace(other.model, fingerprint="9" * 64)

    ranking = await found(fake_ports(scorer=other))

    assert other.asked == [(QUERY, 6)]
    assert ranking.rerank.fingerprint == "9" * 64


async def test_cascade_lets_the_reranker_read_the_best_only():
    scorer = FakeScorer()

    ranking = await found(fake_ports(scorer=scorer), cascade=2)

    assert scorer.asked == [(QUERY, 2)]
    assert order_of(ranking) == [4, 3, 2, 5, 6, 1]
    assert [hit.scores.rerank is not None for hit in ranking.hits] == [True] * 2 + [False] * 4
    assert all(hit.scores.cascade is not None for hit in ranking.hits)


async def test_cascade_is_told_apart_from_the_reranker():
    report = (await found(fake_ports(), cascade=2)).rerank

    assert (report.status, report.reason) == (RerankStatus.FULL, None)
    assert (report.model, report.scored) == ("fake-reranker", 2)
    assert (report.cascade.model, report.cascade.scored) == ("fake-late", len(TEXTS))
    assert report.cascade.fingerprint == FakeLate.model.fingerprint


async def test_the_rest_of_a_cascade_keeps_its_order_where_the_reranker_was_late():
    ranking = await found(
        fake_ports(scorer=FakeScorer(scored_in_time=1)), cascade=2, budget_ms=1000
    )

    assert order_of(ranking)[:2] == [4, 3]
    assert ranking.rerank.status is RerankStatus.PARTIAL


async def test_cascade_of_nothing_is_late_interaction_alone():
    scorer = FakeScorer()

    ranking = await found(fake_ports(scorer=scorer), cascade=0)

    assert scorer.asked == []
    assert order_of(ranking) == [4, 3, 2, 5, 6, 1]
    assert (ranking.rerank.model, ranking.rerank.scored) == ("fake-late", len(TEXTS))
    assert ranking.rerank.cascade is None
    assert ranking.hits[0].scores.rerank == 1


async def test_cascade_without_token_vectors_is_refused():
    with pytest.raises(InvalidRequestError, match="cascade"):
        await found(fake_ports(stores_tokens=False), cascade=2)


async def test_stored_form_stands_in_for_the_full_one():
    late, scorer = FakeLate(), FullForm()

    ranking = await found(fake_ports(late=late, scorer=scorer))

    assert (late.asked, scorer.asked) == ([[True] * len(TEXTS)], [])
    assert ranking.rerank.fingerprint == FakeLate.model.fingerprint


async def test_a_blend_with_late_interaction_gets_the_token_vectors_and_scores_itself():
    class Blend(FakeScorer):
        model = replace(FakeScorer.model, reads=FakeLate.model.fingerprint)

    late, scorer = FakeLate(), Blend()
    ports = fake_ports(late=late, scorer=scorer)

    ranking = await found(ports)

    assert ports.candidates.token_models == [FakeLate.model]
    assert (late.asked, scorer.asked) == ([], [(QUERY, len(TEXTS))])
    assert ranking.rerank.fingerprint == Blend.model.fingerprint


@pytest.mark.parametrize("parts", [{"scorer": FakeScorer()}, {"stores_tokens": False}])
async def test_otherwise_the_reranker_reads_all(parts):
    ports = fake_ports(**{"scorer": FullForm()} | parts)

    await found(ports)

    assert [count for _, count in ports.scorer.asked] == [len(TEXTS)]
    assert ports.candidates.token_models == [None]


async def test_token_vectors_are_fetched_where_they_are_read():
    ports = fake_ports()

    await found(ports, cascade=2)
    await found(ports, cascade=2, rerank=RerankMode.NEVER)

    assert ports.candidates.token_models == [FakeLate.model, None]


@pytest.mark.parametrize(
    ("failure", "status"),
    [(OverloadedError(1), RerankStatus.SKIPPED), (ScoringError("it"), RerankStatus.FAILED)],
)
async def test_failure_of_the_first_step_leaves_the_fused_order(failure, status):
    ranking = await found(fake_ports(late=FakeLate(failure)), cascade=2)

    assert ranking.rerank.status is status
    assert order_of(ranking) == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize(
    ("knobs", "is_read"),
    [
        ({}, True),
        ({"cascade": 2}, True),
        ({"cascade": 0}, True),
        ({"rerank": RerankMode.NEVER}, False),
    ],
)
async def test_late_interaction_reads_the_query_while_candidates_are_retrieved(knobs, is_read):
    late = FakeLate()

    class Retrieving(FakeCandidates):
        async def retrieve(self, *arguments):
            await asyncio.sleep(0)  # as a real one, it lets others run
            assert late.queries == [QUERY] * is_read
            return await super().retrieve(*arguments)

    found_by_legs = [candidate(rank, text, tokens=b"t") for rank, text in enumerate(TEXTS, 1)]
    ports = fake_ports(late=late, scorer=FullForm(), candidates=Retrieving(tuple(found_by_legs)))

    await found(ports, **knobs)

    assert late.queries == [QUERY] * is_read


async def test_a_reranker_that_reads_pairs_needs_no_token_vectors_of_the_query():
    ports = fake_ports()

    await found(ports)

    assert ports.late.queries == []
