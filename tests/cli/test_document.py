"""pgrerank document, in the database and at a service."""

import json

import pytest

from pgrerank.client import Client, Document
from tests.cli.conftest import Cli
from tests.resilience.running import PATIENCE_S

YEARS = (1999, 2005, 2020)
OLD = json.dumps({"year": {"$lt": 2010}})


def documents():
    return [
        Document(id=f"y/{year}", text=f"Of the year {year}.", title="T", metadata={"year": year})
        for year in YEARS
    ]


@pytest.fixture(scope="module")
def live_key(live):
    return live.new_key()


@pytest.fixture(params=["database", "service"])
def shelf(request, cli, tenant):
    """Commands with the collection that they are for: three documents, of three years."""
    name = f"shelf-{abs(hash(request.node.name)) % 10**9}"
    if request.param == "database":
        cli.well("collection", "add", name, "-t", tenant)
        rows = [
            {"id": each.id, "text": each.text, "title": each.title, "metadata": each.metadata}
            for each in documents()
        ]
        stdin = "".join(json.dumps(row) + "\n" for row in rows)
        cli.well("ingest", "-", "-t", tenant, "-c", name, stdin=stdin)
        own = {"PGRERANK_TENANT": tenant, "PGRERANK_COLLECTION": name}
        return Cli({**cli.environment, **own})
    live, key = request.getfixturevalue("live"), request.getfixturevalue("live_key")
    with Client(live.url, key, timeout_s=PATIENCE_S) as client:
        client.put_collection(name)
        client.ingest(name, documents())
    nowhere = "postgresql://nobody@127.0.0.1:1/nowhere"
    return Cli(
        {
            "PGRERANK_DATABASE_URL": nowhere,
            "PGRERANK_URL": live.url,
            "PGRERANK_KEY": key,
            "PGRERANK_COLLECTION": name,
        }
    )


def names(shelf):
    return [each["id"] for each in shelf.json("document", "list")["items"]]


def test_documents_are_listed_in_pages(shelf):
    first = shelf.json("document", "list", "--limit", 2)
    rest = shelf.json("document", "list", "--limit", 2, "--cursor", first["cursor"])
    shown = shelf("document", "list", "--limit", 2)

    assert [each["id"] for each in first["items"] + rest["items"]] == ["y/1999", "y/2005", "y/2020"]
    assert rest["cursor"] is None
    assert f"--cursor {first['cursor']}" in shown.stderr
    assert shown.stdout.splitlines()[1].split()[:3] == ["y/1999", "T", "1"]


def test_a_document_is_shown_with_its_text(shelf):
    shown = shelf.well("document", "get", "y/1999")
    missing = shelf("document", "get", "gone")

    assert '{"year":1999}' in shown
    assert shown.endswith("Of the year 1999.\n")
    assert (missing.exit_code, "gone" in missing.stderr) == (1, True)


def test_metadata_is_updated(shelf):
    changed = shelf.json(
        *("document", "update", "y/1999"),
        *("--metadata", '{"year": null, "lang": "en"}', "--uri", "https://x.test"),
    )
    shelf.well("document", "update", "y/1999", "--uri", "")

    found = shelf.json("document", "get", "y/1999")
    assert (changed["metadata"], changed["uri"]) == ({"lang": "en"}, "https://x.test")
    assert (found["metadata"], found["uri"]) == ({"lang": "en"}, None)


@pytest.mark.parametrize("arguments", [(), ("--metadata", "{"), ("--metadata", "[]")])
def test_a_change_of_nothing_is_a_wrong_call(shelf, arguments):
    result = shelf("document", "update", "y/1999", *arguments)

    assert (result.exit_code, len(result.stderr.splitlines())) == (2, 1)


def test_documents_are_deleted_by_filter_after_a_question(shelf):
    tried = shelf.well("document", "delete", "--filter", OLD, "--dry-run")
    refused = shelf("document", "delete", "--filter", OLD, stdin="n\n")
    before = names(shelf)
    done = shelf("document", "delete", "--filter", OLD, stdin="y\n")
    again = shelf.well("document", "delete", "--filter", OLD)

    assert tried == "2 documents found:\n  y/1999\n  y/2005\n"
    assert (refused.exit_code, before) == (1, ["y/1999", "y/2005", "y/2020"])
    assert "  y/2005" in refused.stderr
    assert (done.exit_code, names(shelf)) == (0, ["y/2020"])
    assert "Deleted 2 documents.\n" in done.stdout
    assert again == "No document matches.\n"


def test_documents_are_deleted_by_id(shelf):
    missing = shelf("document", "delete", "y/1999", "gone", "--yes")
    done = shelf.json("document", "delete", "y/1999", "y/2020", "--yes")

    assert missing.exit_code == 1
    assert "1 document of 2 not stored" in missing.stderr
    assert (done["matched"], done["deleted"]) == (2, 2)
    assert names(shelf) == ["y/2005"]


@pytest.mark.parametrize(
    "arguments", [(), ("a", "--filter", OLD), ("--filter", "{}"), ("--filter", '{"a": {"$x": 1}}')]
)
def test_what_names_no_documents_is_a_wrong_call(shelf, arguments):
    result = shelf("document", "delete", *arguments)

    assert (result.exit_code, len(result.stderr.splitlines())) == (2, 1)
    assert len(names(shelf)) == 3


def test_an_empty_collection_has_an_empty_list(cli, tenant):
    cli.well("collection", "add", "bare", "-t", tenant)

    assert cli.json("document", "list", "-t", tenant, "-c", "bare") == {"items": [], "cursor": None}
