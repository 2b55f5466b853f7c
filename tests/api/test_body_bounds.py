"""Limits of a body by route: a body above them is refused as it arrives, before decoding."""

import json
from collections.abc import AsyncIterator
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pgrerank.api import bounds
from pgrerank.api.bounds import Body, BodyBounds, Scan
from pgrerank.api.received import AT_ONCE
from pgrerank.domain.errors import InvalidRequestError, TooLargeError
from pgrerank.domain.limits import Limits
from tests import fakes
from tests.api.conftest import client_of

WIDE = BodyBounds(bytes=10**9, values=10**9)
JSON = {"Content-Type": "application/json"}
SEARCH = "/v1/collections/docs/search"
#: routes of dialects that read texts, with the name of their field
DIALECTS = {
    "/v1/rerank": "documents",
    "/v2/rerank": "documents",
    "/rerank": "texts",
    "/score": "documents",
    "/embed": "inputs",
    "/v1/embeddings": "input",
    "/compat/cohere/v1/rerank": "documents",
    "/compat/cohere/v2/rerank": "documents",
    "/compat/jina/v1/rerank": "documents",
    "/compat/voyage/v1/rerank": "documents",
    "/compat/tei/rerank": "texts",
    "/compat/infinity/rerank": "documents",
    "/compat/vllm/score": "documents",
    "/compat/jina/embeddings": "input",
}
MANY_KEYS = (
    b'{"query": "a", "filter": {' + b", ".join(b'"k%d": 1' % i for i in range(20_000)) + b"}}"
)
HUGE = b'{"query": "a", "x": ' + b"[1" + b",1" * 150_000 + b"]}"


def values(value: object) -> int:
    """The scan's count, computed slowly: commas and brackets outside strings, plus one."""
    if isinstance(value, dict):
        return values(list(value.values()))
    if isinstance(value, list):
        return 1 + max(len(value), 1) - 1 + sum(values(each) - 1 for each in value) + 1
    return 1


def counted(data: bytes, cuts: list[int] | None = None) -> int:
    scan = Scan(WIDE)
    places = [0, *sorted(cut % (len(data) + 1) for cut in cuts or []), len(data)]
    for start, end in pairwise(places):
        scan.feed(data[start:end])
    return scan.values


anything = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text('a",[]{}:\\\n\u00e9', max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text('k"\\[', max_size=3), inner)
    ),
    max_leaves=20,
)


@given(anything, st.lists(st.integers(0, 10**6), max_size=5), st.booleans())
def test_values_are_counted_wherever_the_body_is_cut(value, cuts, escaped):
    data = json.dumps(value, ensure_ascii=escaped).encode()

    assert counted(data, cuts) == values(value)


@pytest.mark.parametrize(
    ("data", "count"),
    [
        (b"", 1),
        (b'"a, [b], {c}"', 1),
        (rb'"\\", "\\\"", 1', 3),
        (rb'["\\\\\\"]', 2),
        (b'"' + b"\\\\" * 100_000 + b'", 1', 2),
    ],
)
def test_what_stands_in_strings_is_not_counted(data, count):
    assert counted(data) == count


def test_a_body_over_a_bound_is_refused_where_it_passes_it():
    scan = Scan(BodyBounds(bytes=100, values=10, advice="Send less."))
    scan.feed(b"[1,1,1,1")

    with pytest.raises(
        TooLargeError, match=r"11 values are over the limit of 10 values\. Send less"
    ):
        scan.feed(b",1,1,1,1,1,1")
    with pytest.raises(TooLargeError, match="bytes are over the limit of 100 bytes"):
        Scan(BodyBounds(bytes=100, values=10)).feed(b" " * 101)


@pytest.mark.parametrize("opening", [b"[", b'{"a":'])
def test_nesting_is_bounded_over_all_parts(opening):
    scan = Scan(WIDE)
    for _ in range(bounds.LEVELS):
        scan.feed(opening)
    with pytest.raises(InvalidRequestError, match="more than 100 levels"):
        scan.feed(opening)


def test_a_number_of_thousands_of_digits_is_refused_before_it_is_computed():
    with pytest.raises(InvalidRequestError, match="a number of 100 characters"):
        Scan(WIDE).feed(b'{"a": [1, ' + b"1" * 4000)


def test_no_route_is_over_what_the_operator_allows():
    found = bounds.table(Limits(body_bytes=100_000))

    assert {each.bytes for each in found.values()} == {100_000}
    assert found.keys() == set(Body)


async def test_a_filter_of_many_keys_is_refused_with_the_limit(client):
    answer = await client.post(SEARCH, content=MANY_KEYS, headers=JSON)

    assert answer.status_code == 413
    problem = answer.json()
    assert problem["field"] == "body"
    assert "values are over the limit of 10000 values" in problem["detail"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", SEARCH),
        ("POST", "/v1/rankings"),
        ("POST", "/v1/judgments"),
        ("POST", "/v1/calibrations"),
        ("POST", "/v1/evaluations"),
        ("POST", "/v1/keys"),
        ("PUT", "/v1/collections/other"),
        ("PATCH", "/v1/collections/docs"),
        ("PATCH", "/v1/collections/docs/documents/a"),
        ("POST", "/v1/collections/docs/deletions"),
        ("PUT", "/v1/collections/docs/terms"),
        ("PUT", "/v1/collections/docs/thresholds/t"),
        *[("POST", path) for path in DIALECTS],
    ],
)
@pytest.mark.parametrize("is_chunked", [False, True])
async def test_every_route_that_reads_json_counts_values(client, method, path, is_chunked):
    parts = Parts(HUGE)
    content = aiter(parts) if is_chunked else HUGE

    answer = await client.request(method, path, content=content, headers=JSON)

    assert answer.status_code == 413, answer.text
    assert "limit of" in answer.text
    assert "values" in answer.text


class Parts:
    """A body in parts; counts the parts that were read."""

    def __init__(self, body: bytes, size: int = 64 * 1024) -> None:
        self._body = body
        self._size = size
        self.taken = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for start in range(0, len(self._body), self._size):
            self.taken += 1
            yield self._body[start : start + self._size]


async def test_a_body_without_a_length_is_not_read_past_its_bound(client):
    parts = Parts(b'{"query": "' + b"a" * 10_000_000 + b'"}')

    answer = await client.post(SEARCH, content=aiter(parts), headers=JSON)

    assert answer.status_code == 413
    assert "bytes are over the limit of" in answer.json()["detail"]
    assert parts.taken < 20


async def test_an_announced_length_is_refused_before_anything_is_read(client):
    parts = Parts(b" " * 10_000_000)
    headers = {**JSON, "Content-Length": "10000000"}

    answer = await client.post(SEARCH, content=aiter(parts), headers=headers)

    assert answer.status_code == 413
    assert "10000000 bytes" in answer.json()["detail"]


async def test_an_ingest_array_is_told_of_lines(client):
    content = b"[" + b'{"id":"a","text":"' + b"a" * 9_000_000 + b'"}]'
    answer = await client.put("/v1/collections/docs/documents", content=content, headers=JSON)

    assert answer.status_code == 413
    assert "application/x-ndjson, which is read line by line" in answer.json()["detail"]


async def test_lines_are_bounded_each_and_the_stream_as_a_whole_by_the_operator_alone(client):
    lines = b"\n".join(b'{"id":"%d","text":"%s"}' % (i, b"a" * 50_000) for i in range(200))
    ndjson = {"Content-Type": "application/x-ndjson"}
    answer = await client.put("/v1/collections/docs/documents", content=lines, headers=ndjson)

    assert answer.json()["created"] == 200


async def test_a_row_of_too_many_values_is_rejected_and_the_others_stored(client):
    many = b'{"id": "many", "text": "a", "metadata": {%s}}' % b", ".join(
        b'"k%d": 1' % i for i in range(10_000)
    )
    long = b'{"id": "long", "text": "a", "metadata": {"n": %s}}' % (b"1" * 4000)
    content = b"\n".join([many, b'{"id": "b", "text": "b"}', long])
    ndjson = {"Content-Type": "application/x-ndjson"}
    answer = await client.put("/v1/collections/docs/documents", content=content, headers=ndjson)

    report = answer.json()
    assert report["created"] == 1
    assert [(each["line"], each["id"]) for each in report["rejected"]] == [(1, "many"), (3, "long")]
    assert "values are over the limit of 10000 values" in report["rejected"][0]["reason"]
    assert "a number of 100 characters or more" in report["rejected"][1]["reason"]


async def test_a_long_body_is_read_as_a_short_one_is():
    async with client_of(fakes.services()) as client:
        texts = [f"{i} {'a' * 100}" for i in range(AT_ONCE // 100)]
        right = await client.post("/v1/rankings", json={"query": "a", "documents": texts})

    assert len(right.json()["results"]) == len(texts)


@pytest.mark.parametrize("path", ["/v1/rankings", "/v2/rerank", "/compat/tei/rerank", "/rerank"])
@pytest.mark.parametrize(
    "wrong",
    [
        {"limit": "many"},
        {"top_n": []},
        {"unknown": 1},
        {"query": 1},
        {"documents": 5},
        {"texts": {}},
    ],
)
async def test_a_long_body_is_refused_as_a_short_one_is(path, wrong):
    async with client_of(fakes.services()) as client:
        answers = [
            await client.post(
                path, json={"query": "a", "documents": texts, "texts": texts, "model": "m", **wrong}
            )
            for texts in (["a"], ["a" * 100] * (AT_ONCE // 50))
        ]

    short, long = answers
    assert long.status_code == short.status_code
    if short.status_code >= 400:
        assert {**long.json(), "request_id": None} == {**short.json(), "request_id": None}


@pytest.mark.parametrize("path", DIALECTS)
async def test_what_is_nested_too_deeply_is_refused(client, path):
    content = b'{"query": "a", "%s": %s%s}' % (DIALECTS[path].encode(), b"[" * 5000, b"]" * 5000)
    answer = await client.post(path, content=content, headers=JSON)

    assert 400 <= answer.status_code < 500
    assert "more than 100 levels deep" in answer.text
