import pytest

from pgrerank.domain import planning
from pgrerank.domain.candidate import RerankStatus
from pgrerank.domain.request import RerankMode, SearchRequest
from tests.fakes import collection

QUESTION = "how do I parse a date"


@pytest.mark.parametrize(
    ("request_", "chunks", "found", "reason"),
    [
        (SearchRequest(query=QUESTION), 5000, 100, None),
        (SearchRequest(query=QUESTION, rerank=RerankMode.NEVER), 5000, 100, "never"),
        (SearchRequest(query=QUESTION), 5000, 0, "no candidates"),
        (SearchRequest(query=QUESTION, limit=10), 5000, 10, "limit of 10"),
        (SearchRequest(query=QUESTION, limit=10), 5000, 11, None),
        (SearchRequest(query=QUESTION), 999, 100, "fewer than 1000 chunks"),
        (SearchRequest(query=QUESTION), 1000, 100, None),
        (SearchRequest(query=QUESTION, budget_ms=49), 5000, 100, "under 50 ms"),
        (SearchRequest(query=QUESTION, budget_ms=50), 5000, 100, None),
        (SearchRequest(query='"exact words"'), 5000, 100, "exact match"),
    ],
)
def test_auto_skips_what_cannot_pay_and_says_why(request_, chunks, found, reason):
    given = planning.reason_to_skip(request_, collection(chunk_count=chunks), found)

    assert (given is None) if reason is None else (reason in given)


def test_always_reranks_whatever_auto_would_skip():
    request = SearchRequest(query='"x"', rerank=RerankMode.ALWAYS, budget_ms=1)

    assert planning.reason_to_skip(request, collection(chunk_count=1), 1) is None


def test_threshold_on_scores_makes_auto_rerank():
    request = SearchRequest(query="x", min_score=0.5)

    assert planning.reason_to_skip(request, collection(chunk_count=1), 1) is None


@pytest.mark.parametrize(
    "query",
    ['"quoted phrase"', "os.path", "HTTPServer2", "snake_case", "camelCase", "ERR-42", "std::move",
     "json.loads()", "E0001", " 127.0.0.1 "],
)  # fmt: skip
def test_identifier_or_phrase_is_an_exact_match(query):
    assert planning.is_exact_match(query)


@pytest.mark.parametrize(
    "query",
    ["date", "Paris", "well-known", "what is os.path", 'the "exact" word', "", "wie geht's"],
)
def test_words_and_questions_are_not_exact_matches(query):
    assert not planning.is_exact_match(query)


@pytest.mark.parametrize(
    ("scored", "asked", "budget_ms", "status"),
    [
        (50, 50, None, RerankStatus.FULL),
        (50, 50, 100, RerankStatus.FULL),
        (10, 50, 100, RerankStatus.PARTIAL),
        (0, 50, 100, RerankStatus.SKIPPED),
        (49, 50, None, RerankStatus.PARTIAL),
        (0, 50, None, RerankStatus.FAILED),
    ],
)
def test_outcome_says_how_far_reranking_came(scored, asked, budget_ms, status):
    given, reason = planning.outcome(scored, asked, budget_ms=budget_ms)

    assert given is status
    assert (reason is None) == (status is RerankStatus.FULL)
