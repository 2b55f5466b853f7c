"""Which score of an answer frameworks get."""

from uuid import uuid4

import msgspec
import pytest

from pgrerank.client.answers import (
    Legs,
    Ranks,
    RerankedDocument,
    RerankReport,
    RerankResponse,
    Result,
    ResultChunk,
    ResultDocument,
    ResultScores,
    SearchResponse,
)
from pgrerank.integrations.results import (
    rankable,
    reduced,
    rerank_results,
    search_results,
    text,
)


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


def test_a_document_without_title_and_uri_has_neither_in_its_metadata():
    given = answer(ResultScores(fused=0.1))
    given.results[0].document.metadata.clear()

    ((_, _, metadata),) = search_results(given)

    assert set(metadata) == {"document_id", "pgrerank"}


def test_reranked_documents_come_by_their_index_with_the_score_of_the_order():
    report = RerankReport(status="partial", reason="late", scored=1)
    documents = [
        RerankedDocument(index=2, rerank_score=4.5, display_score=0.9, boost=0.5, truncated=True),
        RerankedDocument(index=0, display_score=0.0),
    ]
    given = RerankResponse(id=uuid4(), results=documents, rerank=report, warnings=["odd query"])

    first, second = rerank_results(given)

    assert (first[:2], second[:2]) == ((2, 0.9), (0, 0.0))
    assert first[2] == {
        "ranking_id": str(given.id),
        "rerank_score": 4.5,
        "relevance": None,
        "boost": 0.5,
        "truncated": True,
        "rerank_status": "partial",
        "warnings": ["odd query"],
        "spans": None,
        "spans_reason": None,
    }
    assert second[2]["rerank_score"] is None


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ([], "text"),
        (["none"], "text"),
        (["year", "about"], [("year", 2024), ("about", "keys"), ("text", "text")]),
        (["about", "none"], [("about", "keys"), ("text", "text")]),
        # A field of that name does not take the place of the text.
        (["text"], [("text", "text")]),
    ],
)
def test_only_fields_that_a_document_has_are_read_before_its_text(fields, expected):
    found = rankable("text", {"about": "keys", "year": 2024, "text": "other"}, fields)

    assert (found if isinstance(found, str) else list(found.items())) == expected


def test_the_text_of_a_result_is_its_extract_if_it_has_one():
    (whole,) = answer(ResultScores()).results

    assert text(whole) == "text"
    assert text(msgspec.structs.replace(whole, extract="te")) == "te"
    assert text(msgspec.structs.replace(whole, window="a text b")) == "a text b"
    assert text(msgspec.structs.replace(whole, extract="te", window="a text b")) == "te"


@pytest.mark.parametrize(
    ("extract", "expected"),
    [
        (None, "One. Two.\nThree."),
        ("One.\nThree.", "One.\nThree."),
        ("title: T\ntext: One.", "One."),
        ("title: T", "One. Two.\nThree."),
    ],
)
def test_a_supplied_text_is_reduced_without_the_metadata_before_it(extract, expected):
    assert reduced("One. Two.\nThree.", extract) == expected
