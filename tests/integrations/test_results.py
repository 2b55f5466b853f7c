"""Which score of an answer frameworks get."""

from uuid import uuid4

import pytest

from pgrerank.client.answers import (
    Legs,
    Ranks,
    RerankReport,
    Result,
    ResultChunk,
    ResultDocument,
    ResultScores,
    SearchResponse,
)
from pgrerank.integrations.results import search_results


def answer(*scores: ResultScores) -> SearchResponse:
    report = RerankReport(status="partial", scored=1)
    results = [
        Result(
            document=ResultDocument(id="d", title="", uri=None, metadata={"title": "Mine"}),
            chunk=ResultChunk(id=uuid4(), ordinal=0, content="text"),
            scores=each,
            ranks=Ranks(fused=place, final=place),
        )
        for place, each in enumerate(scores, start=1)
    ]
    return SearchResponse(id=uuid4(), results=results, rerank=report, legs=Legs())


@pytest.mark.parametrize(
    ("scores", "expected"),
    [
        ([{"relevance": 0.9, "rerank": 4}, {"relevance": 0.2, "rerank": -1}], [0.9, 0.2]),
        ([{"log_odds": 1.5, "rerank": 0.1}, {"log_odds": 1.8, "rerank": 0.9}], [None, None]),
        ([{"rerank": 4, "boost": 0.5}, {"rerank": -1}], [None, None]),
        ([{"relevance": 0.9, "rerank": 4, "fused": 0.03}, {"fused": 0.02}], [None, None]),
    ],
)
def test_a_score_is_a_relevance_of_all_results_or_none(scores, expected):
    given = answer(*(ResultScores(**each) for each in scores))

    assert [score for _, score, _ in search_results(given)] == expected
    assert [facts["pgrerank"]["scores"]["rerank"] for _, _, facts in search_results(given)] == [
        each.get("rerank") for each in scores
    ]


def test_a_documents_own_metadata_is_not_overwritten():
    ((_, _, metadata),) = search_results(answer(ResultScores(fused=0.1)))

    assert (metadata["title"], metadata["pgrerank"]["title"]) == ("Mine", "")
    assert metadata["document_id"] == "d"
    assert "uri" not in metadata


def test_nothing_found_is_no_failure():
    assert list(search_results(answer())) == []
