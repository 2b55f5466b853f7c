from uuid import UUID

import pytest

from pgrerank.domain.ids import TenantId
from pgrerank.domain.order import reranked
from pgrerank.domain.request import SearchRequest
from pgrerank.usecases import evaluate
from tests.fakes import FakeCandidates, FakeDocuments, candidate, collection, house

TENANT = TenantId(UUID(int=7))


def test_document_stands_where_its_best_chunk_stands():
    found = [candidate(rank, external_id=name) for rank, name in enumerate("aba", start=1)]
    hits = reranked(found, [])

    documents = evaluate.by_document(hits)

    assert sorted(documents, key=documents.__getitem__, reverse=True) == ["a", "b"]


def test_measures_are_those_of_the_textbook():
    figures = evaluate.measured({"q": {"a": 3.0, "b": 2.0}}, {"q": {"b": 1, "c": 1}})

    assert figures == {"nDCG@10": 0.3869, "RR@10": 0.5, "P@5": 0.2, "R@100": 0.5}


async def test_queries_run_through_the_search_and_are_measured():
    found = (candidate(1, "other", external_id="x"), candidate(2, "red fox", external_id="y"))
    home = house(
        documents=FakeDocuments({(TENANT, "docs"): collection()}),
        candidates=FakeCandidates(found),
    )

    def request(text):
        return SearchRequest(query=text, limit=1)

    answered = [
        answer async for answer in evaluate.answers(home, TENANT, "docs", {"q": "red fox"}, request)
    ]
    result = evaluate.evaluation(answered, {"q": {"y": 1}})

    assert result.queries == 1
    assert result.metrics["RR@10"] == pytest.approx(1.0)
    assert result.statuses == {"full": 1}
    assert set(result.latency_ms) == {"p50", "p95"}
