"""A short run of scripts/fuzz against the service as users run it."""

from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from tests.fuzz.campaign import run
from tests.fuzz.requests import Requests
from tests.fuzz.values import TEXTS
from tests.resilience.running import PATIENCE_S

REQUESTS = 600


@pytest.fixture(scope="module")
def caller(live) -> Iterator[httpx.Client]:
    """A tenant for requests that change nothing that another test reads."""
    with tenant_of(live) as client:
        yield client


@contextmanager
def tenant_of(live) -> Iterator[httpx.Client]:
    """A new tenant with a collection `docs`."""
    headers = {"Authorization": f"Bearer {live.new_key()}"}
    with httpx.Client(base_url=live.url, headers=headers, timeout=PATIENCE_S) as client:
        client.put("/v1/collections/docs").raise_for_status()
        documents = [{"id": f"d{n}", "text": f"text {n} about a red fox"} for n in range(20)]
        client.put("/v1/collections/docs/documents", json=documents).raise_for_status()
        yield client


@pytest.mark.parametrize("seed", [1, 2])
async def test_whatever_is_sent_is_answered_and_nothing_fails(live, seed):
    url = httpx.URL(live.url)
    with tenant_of(live) as client:
        key = client.headers["Authorization"].removeprefix("Bearer ")
        requests = Requests(client.get("/openapi.json").json(), {"": key}, seed)

    outcome = await run(url.host, url.port, requests, REQUESTS)

    assert [(each.data, problem) for each, problem in outcome.failures] == []
    assert sum(outcome.statuses.values()) == REQUESTS
    assert outcome.statuses[200] > REQUESTS / 50


REJECTED = [
    b'{"query":"caf\xe9","documents":["x"]}',
    b'{"query":"a","documents":["\xed\xa0\x80"]}',
    rb'{"query":"\ud800","documents":["x"]}',
    rb'{"query":"a\u0000b","documents":["x"]}',
    b'{"query":"a\x00b","documents":["x"]}',
    b'{"query":"a","documents":[NaN]}',
    b'{"query":"a","documents":[Infinity]}',
    b'{"query":"a","documents":["x"],"top_n":1e999,"limit":1e999}',
    b'{"query":"a","documents":["x"],"top_n":1%s,"limit":1%s}' % (b"0" * 400, b"0" * 400),
    b'{"query":"a","documents":%s"x"%s}' % (b"[" * 5000, b"]" * 5000),
    b'\xef\xbb\xbf{"query":"a","documents":["x"]}',
    b"",
    b"null",
    b"[]",
]


@pytest.mark.parametrize("body", REJECTED)
@pytest.mark.parametrize(
    "path",
    [
        "/v1/rankings",
        "/v1/collections/docs/search",
        "/v1/judgments",
        "/rerank",
        "/v1/rerank",
        "/v2/rerank",
        "/score",
        "/embed",
        "/v1/embeddings",
        "/compat/cohere/v1/rerank",
        "/compat/jina/v1/rerank",
        "/compat/voyage/v1/rerank",
        "/compat/tei/rerank",
        "/compat/infinity/rerank",
        "/compat/vllm/rerank",
    ],
)
def test_what_is_no_text_or_no_number_is_refused_in_the_callers_own_form(caller, path, body):
    answer = caller.post(path, content=body, headers={"Content-Type": "application/json"})

    assert 400 <= answer.status_code < 500, answer.text
    assert answer.json() not in ({}, None)
    if path.startswith(("/v1/rankings", "/v1/collections", "/v1/judgments")):
        assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("name", [b"\xc3\xa4", b"b" * 300, b"\xff", b"A"])
@pytest.mark.parametrize("path", ["/rerank", "/compat/cohere/v2/rerank", "/v1/embeddings"])
def test_a_header_that_names_no_collection_is_named(caller, path, name):
    body = {"query": "a", "documents": ["a"], "input": "a", "model": "m"}
    answer = caller.post(path, json=body, headers={"X-Pgrerank-Collection": name})

    assert answer.status_code == 400, answer.text
    assert "X-Pgrerank-Collection: must be 1 to 64 characters" in answer.text


def test_a_line_that_is_no_text_is_the_only_one_that_is_lost(caller):
    content = b'{"id":"a","text":"x"}\n{"id":"b","text":"caf\xe9"}\n{"id":"c","text":"y"}\n'
    answer = caller.put(
        "/v1/collections/docs/documents",
        content=content,
        headers={"Content-Type": "application/x-ndjson"},
    )

    report = answer.raise_for_status().json()
    assert (report["created"], [each["line"] for each in report["rejected"]]) == (2, [2])
    assert "UTF-8" in report["rejected"][0]["reason"]


@pytest.mark.parametrize("query", TEXTS)
def test_no_text_of_a_query_is_a_failure_of_ours(caller, query):
    body = {"query": query.encode(errors="replace").decode(), "rerank": "always"}
    answer = caller.post("/v1/collections/docs/search", json=body)

    is_busy = answer.status_code == 503 and "retry-after" in answer.headers
    assert answer.status_code in {200, 400, 413} or is_busy, answer.text
