"""The same rows give the same result through files, requests and the client."""

import asyncio
import json
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx
import msgspec
import pytest
from httpx import ASGITransport

from pgrerank.client import AsyncClient
from pgrerank.storage.pool import pool
from tests.api.conftest import app_of, bearer, new_key, services_over

#: `a` is replaced by an id unique to the row
ROWS = {
    "BEIR": b'{"_id": "a", "title": "T", "text": "x", "metadata": {"year": 2024}}',
    "native": b'{"id": "a", "title": "T", "text": "x", "uri": "http://u"}',
    "as answered": b'{"external_id": "a", "text": "x", "url": "http://u"}',
    "integer id": b'{"_id": 7, "text": "x"}',
    "long integer id": b'{"id": 123456789012345678901234567890, "text": "x"}',
    "ids that agree": b'{"_id": "8", "id": 8, "text": "x"}',
    "ids that differ": b'{"_id": "a", "id": "b", "text": "x"}',
    "uris that differ": b'{"_id": "a", "uri": "b", "url": "c", "text": "x"}',
    "nulls": b'{"_id": "a", "id": null, "title": null, "text": "x", "metadata": null, "uri": null}',
    "title alone": b'{"_id": "a", "title": "T", "text": ""}',
    "learned weights": b'{"_id": "a", "text": "x", "sparse": {"w": 1.5}}',
    "no id": b'{"text": "x"}',
    "empty id": b'{"_id": "", "text": "x"}',
    "boolean id": b'{"_id": true, "text": "x"}',
    "number id": b'{"_id": 1.5, "text": "x"}',
    "long id": b'{"_id": "%s", "text": "x"}' % (b"i" * 513),
    "long uri": b'{"_id": "a", "text": "x", "uri": "%s"}' % (b"u" * 2001),
    "no text": b'{"_id": "a"}',
    "empty text": b'{"_id": "a", "text": ""}',
    "blank text": b'{"_id": "a", "text": " \\n"}',
    "text of another type": b'{"_id": "a", "text": 5}',
    "text too long": b'{"_id": "a", "text": "%s"}' % (b"x" * 2_000_001),
    "unknown field": b'{"_id": "a", "text": "x", "metdata": {}}',
    "field of another format": b'{"id": "a", "contents": "x"}',
    "metadata of another type": b'{"_id": "a", "text": "x", "metadata": []}',
    "NUL": b'{"_id": "a", "text": "x\\u0000"}',
    "NUL in metadata": b'{"_id": "a", "text": "x", "metadata": {"a": "\\u0000"}}',
    "half a surrogate pair": b'{"_id": "a", "text": "x\\ud800"}',
    "half a surrogate pair as id": b'{"_id": "\\ud800", "text": "x"}',
    "not UTF-8": b'{"_id": "a", "text": "caf\xe9"}',
    "NaN": b'{"_id": "a", "text": "x", "metadata": {"a": NaN}}',
    "number out of range": b'{"_id": "a", "text": "x", "metadata": {"a": 1e999}}',
    "deep nesting": b'{"_id": "a", "text": "x", "metadata": {"a": %s}}' % (b"[" * 300 + b"]" * 300),
    "no object": b'["a", "x"]',
    "same id": b'{"_id": "same", "text": "old"}',
    "same id again": b'{"_id": "same", "text": "new"}',
}
NO_JSON = {
    "no JSON": b"{oops",
    "cut short": b'{"_id": "a", "text": "x',
}
ACCEPTED = [
    "BEIR", "native", "as answered", "integer id", "long integer id", "ids that agree", "nulls",
    "title alone", "learned weights", "same id", "same id again", "last",
]  # fmt: skip


@dataclass(frozen=True)
class Outcome:
    """The report of an ingest by row, and the hashes of the stored documents."""

    counts: dict[str, int]
    rejected: dict[str, tuple[str | None, str]]
    stored: dict[str, str]


def outcome(database, collection, cases, report):
    """The outcome of a report that names rows by line, without the name of the file."""
    names = list(cases)
    with database.admin() as connection:
        stored = connection.execute(
            "delete from pgrerank.document as d using pgrerank.collection as c "
            "where (c.tenant_id, c.id) = (d.tenant_id, d.collection_id) and c.name = %s "
            "returning d.external_id, encode(d.content_hash, 'hex')",
            [collection],
        ).fetchall()
    return Outcome(
        counts={name: report[name] for name in ("created", "updated", "unchanged")},
        rejected={
            names[row["line"] - 1]: (row.get("id", row.get("external_id")), row["reason"])
            for row in report["rejected"]
        },
        stored=dict(stored),
    )


def own(cases):
    """The rows, each with a unique id."""
    return {
        case: row.replace(b'"a"', f'"{case.replace(" ", "-")}"'.encode(), 1)
        for case, row in cases.items()
    }


WITHOUT_FAULT_IN_JSON = own(ROWS)
ALL = own(ROWS | NO_JSON) | {"last": b'{"_id": "last", "text": "two"}'}


def of_lines(cases):
    return b"\n".join(cases.values())


@pytest.fixture(scope="module")
def by_file(cli, database, tmp_path_factory):
    """The outcome of the command line for these rows."""
    cli.well("tenant", "add", "rows")
    cli.well("collection", "add", "file", "-t", "rows")
    file = tmp_path_factory.mktemp("rows") / "rows.jsonl"

    def ingested(cases):
        file.write_bytes(of_lines(cases))
        result = cli("ingest", file, "-t", "rows", "-c", "file", "--json")
        report = json.loads(result.stdout)
        assert result.exit_code == (3 if report["rejected"] else 0)
        for row in report["rejected"]:
            row["reason"] = row["reason"].replace("rows.jsonl ", "")
        return outcome(database, "file", cases, report)

    return ingested


@asynccontextmanager
async def service(database):
    """A caller of the service over this database, and its key."""
    async with pool(database.service_url, size=2) as connections:
        services = services_over(database, connections)
        tenant = await services.tenants.by_name("rows")
        transport = ASGITransport(app_of(services))
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as http:
            yield http, await new_key(services, tenant.id)


def by_request(database, cases, body, media_type):
    answer = asyncio.run(_put(database, body, media_type))
    assert answer.status_code == 200, answer.text
    return outcome(database, "request", cases, answer.json())


async def _put(database, body, media_type):
    async with service(database) as (http, key):
        headers = bearer(key)
        await http.put("/v1/collections/request", headers=headers)
        return await http.put(
            "/v1/collections/request/documents",
            content=body,
            headers=headers | {"Content-Type": media_type},
        )


async def _sent(database, rows):
    async with service(database) as (http, key):
        client = AsyncClient("http://test", key, http=http)
        await client.put_collection("client")
        return await client.ingest("client", rows)


def test_rows_of_a_file_are_read_by_these_rules(by_file):
    found = by_file(ALL)

    assert sorted(set(ALL) - set(found.rejected)) == sorted(set(ACCEPTED) - {"same id"})
    assert len(found.stored) == len(ACCEPTED) - 1


def test_lines_of_a_request_come_to_what_a_file_comes_to(by_file, database):
    found = by_request(database, ALL, of_lines(ALL), "application/x-ndjson")

    expected = by_file(ALL)
    for name in ALL:
        assert (name, found.rejected.get(name)) == (name, expected.rejected.get(name))
    assert found == expected


def test_an_array_comes_to_what_a_file_comes_to(by_file, database):
    cases = WITHOUT_FAULT_IN_JSON
    body = b"[" + b",".join(cases.values()) + b"]"

    assert by_request(database, cases, body, "application/json") == by_file(cases)


@pytest.mark.parametrize(
    ("opening", "closing", "media_type"),
    [(b"[", b"]", "application/json"), (b"", b"", "application/x-ndjson")],
)
def test_byte_order_mark_is_no_content(by_file, database, opening, closing, media_type):
    marked = {"row": b'\xef\xbb\xbf{"_id": "1", "text": "x"}'}
    plain = marked["row"].removeprefix(b"\xef\xbb\xbf")
    body = b"\xef\xbb\xbf" + opening + plain + closing

    found = by_request(database, marked, body, media_type)

    assert found == by_file(marked)
    assert found.counts["created"] == 1


def test_the_client_comes_to_what_a_file_comes_to(by_file, database):
    cases = {name: row for name, row in WITHOUT_FAULT_IN_JSON.items() if sendable(row)}
    answer = asyncio.run(_sent(database, [json.loads(row) for row in cases.values()]))

    found = outcome(database, "client", cases, msgspec.to_builtins(answer))
    assert len(cases) > len(ROWS) - 7
    assert found == by_file(cases)


def sendable(row):
    """Whether a Python value can be encoded as this row."""
    try:
        value = json.loads(row)
        json.dumps(value, allow_nan=False)
        msgspec.json.encode(value)
    except (ValueError, OverflowError):
        return False
    return True
