"""Reports: the fake against the Postgres implementation."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from pgrerank.domain.candidate import RerankStatus
from pgrerank.domain.hit_scores import HitScores
from pgrerank.domain.judgment import Judgment
from pgrerank.domain.request import SearchRequest
from pgrerank.ports.reports import Interval
from tests.conformance.test_rankings import SUPPLIED, ranked
from tests.fakes import FakeScorer
from tests.fixtures.collections import embedded
from tests.fixtures.rankings import TIMINGS, candidate, ranking

NOW = datetime.now(UTC)
HOUR = Interval(since=NOW - timedelta(hours=1), until=NOW)
REQUEST = SearchRequest(query="walrus?")


@pytest.fixture
def record(ports, tenant_id, docs):
    """Records a search, made some minutes ago."""

    async def recorded(candidates, scores=(), *, minutes=5):
        made = ranking(candidates, scores, at=NOW - timedelta(minutes=minutes))
        await ports.rankings.record(tenant_id, docs, REQUEST, made)
        return made

    return recorded


@pytest.fixture
def judge(ports, tenant_id, docs):
    """Judges a document."""

    async def judged(external_id, grade=1, query=REQUEST.query):
        given = Judgment(query=query, external_id=external_id, grade=grade, source="human")
        await ports.judgments.add(tenant_id, docs, [given])

    return judged


@pytest.fixture
async def chunks(ports, tenant_id, docs):
    """Stored chunks by text: two of document `a`, one of `b` and one of `c`."""
    stored = [embedded("a", "a1", "a2"), embedded("b", "b1"), embedded("c", "c1")]
    await ports.documents.store(tenant_id, docs, stored)
    listed = await ports.tokens.missing(tenant_id, docs, FakeScorer.model, after=None, limit=9)
    return {each.content: each.chunk_id for each in listed}


async def test_searches_of_the_interval_are_read_newest_first(ports, tenant_id, record):
    older = await record([candidate(1), candidate(2)], [0.25, 0.5], minutes=9)
    newer = await record([candidate(1)], minutes=3)
    await record([candidate(1)], minutes=61)
    await ports.rankings.record_supplied(tenant_id, None, SUPPLIED, ranked())

    first, second = await ports.reports.searches(tenant_id, HOUR)

    assert [first.created_at, second.created_at] == [newer.created_at, older.created_at]
    assert (first.status, first.reranker, first.fingerprint) == ("skipped", None, None)
    assert (second.status, second.is_reranked) == (RerankStatus.FULL, True)
    assert (second.reranker, second.fingerprint) == (
        FakeScorer.model.name,
        FakeScorer.model.fingerprint,
    )
    assert second.timings_ms == TIMINGS
    assert [list(second.fused_ranks), list(second.final_ranks)] == [[2, 1], [1, 2]]
    assert list(second.rerank_scores) == [0.5, 0.25]
    assert list(first.rerank_scores) == [None]


async def test_an_interval_holds_its_beginning_and_not_its_end(ports, tenant_id, record):
    made = await record([candidate(1)])

    begins = Interval(since=made.created_at, until=NOW)
    ends = Interval(since=HOUR.since, until=made.created_at)

    assert len(await ports.reports.searches(tenant_id, begins)) == 1
    assert await ports.reports.searches(tenant_id, ends) == []


async def test_a_report_of_one_collection_reads_its_searches_alone(ports, tenant_id, record):
    await record([candidate(1)])

    assert len(await ports.reports.searches(tenant_id, replace(HOUR, collection="docs"))) == 1
    assert await ports.reports.searches(tenant_id, replace(HOUR, collection="other")) == []


async def test_a_judged_document_stands_for_its_chunks(ports, tenant_id, docs, judge, chunks):
    await judge("a", 2)
    await judge("b", 0)
    texts = ["a1", "b1", "c1", "a2"]
    made = ranking(
        [candidate(rank, chunk_id=chunks[text]) for rank, text in enumerate(texts, 1)],
        [0.25, 0.5, 0.75, 1.0],
        at=NOW - timedelta(minutes=5),
    )
    hits = tuple(
        replace(hit, scores=HitScores(rerank=hit.scores.rerank, relevance=0.5)) for hit in made.hits
    )
    made = replace(made, hits=hits)
    await ports.rankings.record(tenant_id, docs, REQUEST, made)

    best, other = await ports.reports.judged_documents(tenant_id, HOUR)

    assert (best.external_id, best.fused_rank, best.final_rank, best.grade) == ("a", 1, 1, 2)
    assert (best.rerank_score, best.relevance, best.is_reranked) == (1.0, 0.5, True)
    assert (best.ranking_id, best.collection_id, best.query) == (made.id, docs.id, REQUEST.query)
    assert best.fingerprint == FakeScorer.model.fingerprint
    assert (other.external_id, other.fused_rank, other.final_rank, other.grade) == ("b", 2, 3, 0)


async def test_documents_that_are_judged_for_another_query_are_left_out(
    ports, tenant_id, judge, record, chunks
):
    await judge("a")
    await judge("b", query="other")
    await record([candidate(1, chunk_id=chunks["a1"]), candidate(2, chunk_id=chunks["b1"])])

    judged = await ports.reports.judged_documents(tenant_id, HOUR)

    assert [(each.external_id, each.is_reranked) for each in judged] == [("a", False)]


async def test_documents_that_were_replaced_are_left_out(ports, tenant_id, judge, record, chunks):
    await judge("c")
    await record([candidate(1, chunk_id=chunks["c1"])])
    docs = await ports.collections.by_name(tenant_id, "docs")
    await ports.documents.store(tenant_id, docs, [embedded("c", "another")])

    assert await ports.reports.judged_documents(tenant_id, HOUR) == []


async def test_searches_of_another_tenant_are_not_read(ports, judge, record, chunks, make_tenant):
    await judge("a")
    await record([candidate(1, chunk_id=chunks["a1"])])
    stranger = make_tenant()

    assert await ports.reports.searches(stranger, HOUR) == []
    assert await ports.reports.judged_documents(stranger, HOUR) == []
