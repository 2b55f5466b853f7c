"""`pgrerank ingest --prune`, --encoding and --url, in the database and at a service."""

import json

import pytest

from pgrerank.client import Client
from tests.cli.conftest import Cli
from tests.fixtures.office_files import docx, encrypted_pdf, paragraph, pdf
from tests.resilience.running import PATIENCE_S

TEXTS = {"a.txt": "Apples grow.", "b.txt": "Bananas are sweet.", "c.txt": "Cars need oil."}


@pytest.fixture(scope="module")
def live_key(live):
    return live.new_key()


@pytest.fixture(params=["database", "service"])
def shelf(request, cli, tenant):
    """Commands with an empty collection that they are for."""
    name = f"prune-{abs(hash(request.node.name)) % 10**9}"
    if request.param == "database":
        cli.well("collection", "add", name, "-t", tenant)
        own = {"PGRERANK_TENANT": tenant, "PGRERANK_COLLECTION": name}
        return Cli({**cli.environment, **own})
    live, key = request.getfixturevalue("live"), request.getfixturevalue("live_key")
    with Client(live.url, key, timeout_s=PATIENCE_S) as client:
        client.put_collection(name)
    nowhere = "postgresql://nobody@127.0.0.1:1/nowhere"
    own = {"PGRERANK_URL": live.url, "PGRERANK_KEY": key, "PGRERANK_COLLECTION": name}
    return Cli({"PGRERANK_DATABASE_URL": nowhere, **own})


@pytest.fixture
def folder(tmp_path, shelf):
    """A folder of three files that are stored."""
    for name, text in TEXTS.items():
        (tmp_path / name).write_text(text)
    assert shelf.json("ingest", tmp_path)["created"] == 3
    return tmp_path


def names(shelf):
    return [each["id"] for each in shelf.json("document", "list")["items"]]


def test_documents_whose_files_are_gone_are_removed_after_a_question(shelf, folder):
    (folder / "b.txt").unlink()
    (folder / "d.txt").write_text("Dogs bark.")

    declined = shelf("ingest", folder, "--prune", stdin="n\n")
    before = names(shelf)
    done = shelf.json("ingest", folder, "--prune", "--yes")
    again = shelf.json("ingest", folder, "--prune", "--yes")

    assert "1 document not in the files:\n  b.txt\n" in declined.stderr
    assert (declined.exit_code, before) == (1, ["a.txt", "b.txt", "c.txt", "d.txt"])
    assert (done["removed"], done["unchanged"]) == (1, 3)
    assert names(shelf) == ["a.txt", "c.txt", "d.txt"]
    assert again["removed"] == 0


def test_nothing_is_removed_after_a_rejection(shelf, folder):
    (folder / "b.txt").unlink()
    (folder / "bad.txt").write_bytes(b"caf\xe9")

    result = shelf("ingest", folder, "--prune", "--yes")

    assert result.exit_code == 3
    assert "Nothing was removed, since the files were not read completely" in result.stderr
    assert names(shelf) == list(TEXTS)


def test_a_wrong_folder_does_not_empty_the_collection(shelf, folder, tmp_path_factory):
    wrong = tmp_path_factory.mktemp("wrong")
    (wrong / "other.txt").write_text("Something else.")

    refused = shelf("ingest", wrong, "--prune", "--yes")
    before = names(shelf)
    done = shelf.json("ingest", folder, "--prune", "--yes")
    (folder / "a.txt").rename(folder / "x.txt")
    (folder / "b.txt").unlink()
    (folder / "c.txt").unlink()
    meant = shelf.json("ingest", folder, "--prune", "--prune-everything", "--yes")

    assert refused.exit_code == 1
    assert "would remove every document" in refused.stderr
    assert before == [*TEXTS, "other.txt"]
    assert done["removed"] == 1
    assert (meant["removed"], names(shelf)) == (3, ["x.txt"])


def test_options_of_prune_alone_are_a_wrong_call(shelf, folder):
    result = shelf("ingest", folder, "--yes")

    assert (result.exit_code, result.stderr) == (2, "pgrerank: --yes is for --prune\n")


def test_files_in_another_encoding_are_read(shelf, tmp_path):
    (tmp_path / "old.txt").write_bytes("Crème brûlée".encode("cp1252"))
    (tmp_path / "mark.txt").write_bytes(b"\xef\xbb\xbf" + "Käse".encode())
    row = json.dumps({"id": "row", "text": "naïve"}, ensure_ascii=False)
    (tmp_path / "rows.jsonl").write_bytes(f"{row}\n".encode("cp1252"))
    (tmp_path / "undefined.txt").write_bytes(b"ab\x81")

    result = shelf("ingest", tmp_path, "--encoding", "windows-1252", "--json")

    report = json.loads(result.stdout)
    assert [(each["external_id"], each["reason"]) for each in report["rejected"]] == [
        ("undefined.txt", "not cp1252: byte 0x81 at position 3")
    ]
    texts = [shelf.json("document", "get", name)["chunks"] for name in ("old.txt", "mark.txt")]
    assert [chunks[0]["content"] for chunks in texts] == ["Crème brûlée", "Käse"]
    assert shelf.json("document", "get", "row")["chunks"][0]["content"] == "naïve"


@pytest.mark.parametrize("encoding", ["klingon", "base64", "utf-16"])
def test_an_encoding_that_cannot_be_used_is_a_wrong_call(shelf, tmp_path, encoding):
    (tmp_path / "rows.jsonl").write_text('{"id": "a", "text": "b"}\n')

    result = shelf("ingest", tmp_path, "--encoding", encoding)

    assert result.exit_code == 2
    assert encoding in result.stderr


def test_a_bad_row_is_named_and_the_good_ones_stored(shelf):
    rows = '{"_id":"a","text":"good"}\n{"_id":"b"}\n{"_id":"c","text":"good too"}\n'
    result = shelf("ingest", "-", "--json", stdin=rows)
    atomic = shelf("ingest", "-", "--atomic", stdin='{"_id":"d","text":"x"}\n{"_id":"e"}\n')

    report = json.loads(result.stdout)
    assert (result.exit_code, report["created"]) == (3, 2)
    assert [(each["line"], each["external_id"]) for each in report["rejected"]] == [(2, "b")]
    assert (atomic.exit_code, names(shelf)) == (1, ["a", "c"])


def test_pdf_and_word_files_are_stored_beside_others(shelf, tmp_path):
    (tmp_path / "keys.pdf").write_bytes(pdf("Rotate an API key.", "Log it.", author="Ana"))
    (tmp_path / "cars.docx").write_bytes(docx(paragraph("Cars", "Title") + paragraph("Oil them.")))
    (tmp_path / "closed.pdf").write_bytes(encrypted_pdf("x", password="sesame"))

    done = shelf("ingest", tmp_path, "--json")

    report = json.loads(done.stdout)
    assert (done.exit_code, report["created"]) == (3, 2)
    assert [(each["external_id"], each["reason"]) for each in report["rejected"]] == [
        ("closed.pdf", "is encrypted: save it without a password")
    ]
    stored = shelf.json("document", "get", "keys.pdf")
    assert stored["title"] == "keys"
    assert [each["content"] for each in stored["chunks"]] == ["Rotate an API key.\n\nLog it."]
    assert stored["metadata"] == {"author": "Ana", "pages": 2}
    assert shelf.json("document", "get", "cars.docx")["title"] == "Cars"
