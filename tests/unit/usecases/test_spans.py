"""Spans and extracts of the results of both kinds of request."""

from uuid import UUID

import pytest

from pgrerank.domain import spans as domain
from pgrerank.domain.errors import OverloadedError, ScoringError
from pgrerank.domain.ids import TenantId
from pgrerank.domain.request import SearchRequest
from pgrerank.domain.rerank import RerankRequest, SuppliedDocument
from pgrerank.domain.spans import MAX_READ, SpanSettings
from pgrerank.usecases.rerank import rerank
from pgrerank.usecases.search import search
from tests.fake_documents import FakeCollections
from tests.fake_spans import FakeSpans
from tests.fakes import FakeCandidates, candidate, collection, services

TENANT = TenantId(UUID(int=1))
TEXTS = ("A dog barks. The red fox runs.", "Nothing at all. Grey wolf.", "The red fox.")


async def ranked(*texts, spans=None, **knobs):
    documents = tuple(SuppliedDocument(text) for text in texts or TEXTS)
    request = RerankRequest(query="red fox", documents=documents, **knobs)
    return await rerank(services(spans=spans), TENANT, request)


def extracts(outcome):
    return [each.extract and each.extract.text for each in outcome.results]


async def test_results_are_reduced_in_their_order():
    whole = await ranked()
    outcome = await ranked(spans=FakeSpans(), compress=True)

    assert [each.index for each in outcome.results] == [each.index for each in whole.results]
    assert extracts(outcome) == ["The red fox runs.", "The red fox.", "Nothing at all."]
    assert (outcome.spans.total_tokens, outcome.spans.kept_tokens) == (15, 10)
    assert outcome.spans.reason is None
    assert "spans" in outcome.timings_ms


async def test_nothing_is_read_unless_it_was_requested():
    scorer = FakeSpans()
    outcome = await ranked(spans=scorer)

    assert outcome.spans is None
    assert extracts(outcome) == [None] * 3
    assert scorer.asked == []


async def test_spans_alone_give_places_down_to_the_threshold_and_no_extract():
    documents = tuple(SuppliedDocument(text) for text in TEXTS)
    request = RerankRequest(query="red fox", documents=documents, spans=SpanSettings())
    outcome = await rerank(services(spans=FakeSpans()), TENANT, request)

    first, second, last = outcome.results
    assert [(each.start, each.end, each.score) for each in first.extract.spans] == [(13, 30, 1)]
    assert [TEXTS[2][each.start : each.end] for each in second.extract.spans] == ["The red fox."]
    assert last.extract.spans == ()
    assert extracts(outcome) == [None] * 3


@pytest.mark.parametrize(
    ("scorer", "reason"),
    [
        (None, domain.NO_MODEL),
        (FakeSpans(in_time=False), domain.OUT_OF_TIME),
        (FakeSpans(ScoringError("The model")), str(ScoringError("The model"))),
        (FakeSpans(OverloadedError(3)), str(OverloadedError(3))),
    ],
)
async def test_what_fails_returns_results_whole_with_the_reason(scorer, reason):
    outcome = await ranked(spans=scorer, compress=True)

    assert extracts(outcome) == [None] * 3
    assert outcome.spans.reason == reason
    assert outcome.spans.model is None


async def test_only_the_first_results_are_read():
    scorer = FakeSpans()
    outcome = await ranked(*["red fox"] * (MAX_READ + 1), spans=scorer, compress=True)

    assert [len(each) for each in scorer.asked] == [MAX_READ]
    assert extracts(outcome)[-2:] == ["red fox", None]
    assert outcome.spans.reason == domain.NOT_ALL_READ


async def test_a_search_reads_titles_and_only_its_results():
    found = tuple(candidate(rank, TEXTS[0], title="Animals") for rank in range(1, 6))
    scorer = FakeSpans()
    ports = services(
        collections=FakeCollections({(TENANT, "docs"): collection()}),
        candidates=FakeCandidates(found),
        spans=scorer,
    )
    request = SearchRequest(query="red fox", limit=2, compress=True)
    outcome = await search(ports, TENANT, "docs", request)

    assert scorer.asked == [[("Animals", TEXTS[0])] * 2]
    assert extracts(outcome) == ["The red fox runs."] * 2
    assert all(hit.extract is None for hit in outcome.hits)
    assert {"spans", "log"} <= set(outcome.timings_ms)
