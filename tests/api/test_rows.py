"""Documents arrive as an array or as lines; bad rows are reported, the others stored."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pgrerank.api.v1.rows import Row, rows
from pgrerank.domain.document import Document
from pgrerank.domain.ingest import Rejection
from pgrerank.domain.limits import Limits
from tests import fakes
from tests.api.conftest import Client, client_of

NDJSON = {"Content-Type": "application/x-ndjson"}
DOCUMENTS = "/v1/collections/docs/documents"


def lines(*rows: object) -> bytes:
    return b"\n".join(row if isinstance(row, bytes) else json.dumps(row).encode() for row in rows)


def document(number: int, **changes: object) -> dict[str, object]:
    return {"id": f"d{number}", "text": f"text {number}", **changes}


async def test_an_array_is_stored(client: Client):
    answer = await client.put(DOCUMENTS, json=[document(1), document(2)])
    assert answer.status_code == 200
    assert answer.json() == {
        "created": 2, "updated": 0, "unchanged": 0, "chunks": 2, "rejected": []
    }  # fmt: skip


async def test_what_is_stored_already_is_unchanged(client: Client):
    await client.put(DOCUMENTS, json=[document(1), document(2)])
    answer = await client.put(DOCUMENTS, json=[document(1), document(2, text="new"), document(3)])
    counts = {name: answer.json()[name] for name in ("created", "updated", "unchanged")}
    assert counts == {"created": 1, "updated": 1, "unchanged": 1}


@pytest.mark.parametrize(
    "name", ["application/x-ndjson", "application/jsonl", "application/ndjson"]
)
async def test_a_stream_of_lines_is_stored(client: Client, name):
    answer = await client.put(
        DOCUMENTS, content=lines(document(1), document(2)), headers={"Content-Type": name}
    )
    assert answer.json()["created"] == 2


async def test_bad_lines_are_named_and_the_others_stored(client: Client):
    body = lines(
        document(1), b"", b"{not json", document(2, text=5), {"id": "d3"}, document(4, zap=1),
        document(5, text="nul \0"), document(6, id=""), document(7),
    )  # fmt: skip
    answer = await client.put(DOCUMENTS, content=body, headers=NDJSON)

    assert answer.status_code == 200
    assert answer.json()["created"] == 2
    rejected = {row["line"]: row["reason"] for row in answer.json()["rejected"]}
    assert list(rejected) == [3, 4, 5, 6, 7, 8]
    assert "`text` must be a string" in rejected[4]
    assert "`text`" in rejected[5]
    assert "`zap`" in rejected[6]
    assert "NUL" in rejected[7]


async def test_a_rejected_document_is_named_where_its_id_is_known(client: Client):
    answer = await client.put(DOCUMENTS, json=[document(1, text="nul \0")])
    assert [row["id"] for row in answer.json()["rejected"]] == ["d1"]


async def test_atomic_with_a_bad_row_stores_nothing(client: Client):
    body = lines(document(1), b"{}", document(2))
    answer = await client.put(f"{DOCUMENTS}?atomic=true", content=body, headers=NDJSON)
    assert answer.status_code == 422
    assert answer.json()["type"] == "urn:pgrerank:problem:rows-rejected"
    assert [row["line"] for row in answer.json()["rejected"]] == [2]

    again = await client.put(DOCUMENTS, json=[document(1), document(2)])
    assert again.json()["created"] == 2


async def test_atomic_without_a_bad_row_stores_all(client: Client):
    answer = await client.put(f"{DOCUMENTS}?atomic=true", json=[document(1), document(2)])
    assert answer.status_code == 200
    assert answer.json()["created"] == 2


@pytest.mark.parametrize("body", [b"", b'{"id": "a", "text": "b"}', b"[1", b"[" * 100_000])
async def test_a_body_that_is_no_array_is_refused(client: Client, body):
    answer = await client.put(DOCUMENTS, content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400
    assert answer.json()["field"] == "body"


async def test_other_types_are_refused_with_the_ones_that_are_read(client: Client):
    answer = await client.put(DOCUMENTS, content=b"a,b", headers={"Content-Type": "text/csv"})
    assert answer.status_code == 415
    assert "application/json or application/x-ndjson" in answer.json()["detail"]


@pytest.mark.parametrize("kind", ["array", "lines"])
async def test_more_documents_than_allowed_are_refused(kind):
    sent = [document(number) for number in range(4)]
    body = json.dumps(sent).encode() if kind == "array" else lines(*sent)
    headers = {"Content-Type": "application/json"} if kind == "array" else NDJSON
    async with client_of(fakes.services(), limits=Limits(documents=3)) as client:
        await client.put("/v1/collections/docs")
        answer = await client.put(DOCUMENTS, content=body, headers=headers)
    assert answer.status_code == 413
    assert answer.json()["field"] == "documents"


async def test_a_stream_over_the_body_limit_is_refused():
    async with client_of(fakes.services(), limits=Limits(body_bytes=200)) as client:
        await client.put("/v1/collections/docs")
        body = lines(*(document(number) for number in range(20)))
        answer = await client.put(DOCUMENTS, content=body, headers=NDJSON)
    assert answer.status_code == 413
    assert answer.json()["field"] == "body"


async def test_a_text_over_the_limit_is_one_bad_row():
    async with client_of(fakes.services(), limits=Limits(document_characters=10)) as client:
        await client.put("/v1/collections/docs")
        answer = await client.put(DOCUMENTS, json=[document(1, text="a" * 11), document(2)])
    assert answer.json()["created"] == 1
    assert answer.json()["rejected"][0]["reason"].startswith("text: 11 characters are over")


async def test_a_line_without_an_end_is_refused():
    limits = Limits(document_characters=1)
    async with client_of(fakes.services(), limits=limits) as client:
        await client.put("/v1/collections/docs")
        answer = await client.put(DOCUMENTS, content=b"x" * 2_000_000, headers=NDJSON)
    assert answer.status_code == 413
    assert answer.json()["field"] == "line"


async def test_an_ingest_into_no_collection_is_not_found(client: Client):
    answer = await client.put("/v1/collections/nope/documents", json=[document(1)])
    assert answer.status_code == 404


class Pieces:
    """A request whose body arrives in pieces of given sizes."""

    def __init__(self, body: bytes, sizes: list[int]) -> None:
        self._body = body
        self._sizes = sizes
        self.headers = {"content-type": "application/x-ndjson"}

    async def stream(self):
        start = 0
        for size in [*self._sizes, len(self._body)]:
            yield self._body[start : start + size]
            start += size


@given(
    numbers=st.lists(st.integers(0, 99), max_size=8),
    separator=st.sampled_from([b"\n", b"\r\n", b"\n\n", b" \n"]),
    sizes=st.lists(st.integers(0, 40), max_size=30),
)
async def test_where_the_body_is_torn_makes_no_difference(numbers, separator, sizes):
    texts = [
        json.dumps(document(n, text="gr\u00fc\u00df \u2028 " * (n + 1))).encode() for n in numbers
    ]
    body = separator.join(texts)
    read: list[Row] = [row async for row in rows(Pieces(body, sizes), Limits())]
    step = separator.count(b"\n")
    assert [row.external_id for row in read if isinstance(row, Document)] == [
        f"d{n}" for n in numbers
    ]
    bad = separator.join([*texts, b"{"])
    last = [row async for row in rows(Pieces(bad, sizes), Limits())][-1]
    assert isinstance(last, Rejection)
    assert last.line == 1 + step * len(numbers)
