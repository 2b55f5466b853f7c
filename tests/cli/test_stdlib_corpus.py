import json
import platform

import pytest

from pgrerank.formats import stdlib_corpus


@pytest.fixture(scope="module")
def rows(tmp_path_factory):
    path = stdlib_corpus.harvest_to_file(tmp_path_factory.mktemp("corpus") / "stdlib.jsonl")
    with path.open(encoding="utf-8") as lines:
        return {row["_id"]: row for row in map(json.loads, lines)}


@pytest.mark.parametrize(
    ("name", "kind", "module"),
    [
        ("subprocess.run", "function", "subprocess"),
        ("datetime.datetime.strptime", "method", "datetime"),
        ("os.path.join", "function", "os.path"),
        ("asyncio.gather", "function", "asyncio"),
        ("collections.Counter", "class", "collections"),
        ("json", "module", "json"),
        ("str.removeprefix", "method", "builtins"),
        ("open", "function", "builtins"),
        ("dict.fromkeys", "method", "builtins"),
    ],
)
def test_thing_stands_under_the_name_it_is_imported_by(rows, name, kind, module):
    assert rows[name]["metadata"] == {
        "kind": kind,
        "module": module,
        "python": platform.python_version(),
    }


def test_text_is_signature_and_docstring(rows):
    text = rows["subprocess.check_output"]["text"]

    assert text.startswith("check_output(*popenargs, timeout=None, **kwargs)\n\nRun command")


def test_more_than_a_thousand_documents_each_with_words(rows):
    # A collection of fewer than a thousand chunks is not reranked, which the tour is to show.
    assert len(rows) > 1_500
    assert all(row["title"] == row["_id"] and row["text"].strip() for row in rows.values())


def test_reexports_stand_once(rows):
    assert "asyncio.tasks.gather" not in rows
    assert "unittest.case.TestCase" not in rows


def test_what_is_private_or_has_side_effects_is_left_out(rows):
    modules = {row["metadata"]["module"] for row in rows.values()}

    assert not modules & {"this", "antigravity", "idlelib", "lib2to3", "tkinter", "test"}
    assert not [name for name in rows if any(part.startswith("_") for part in name.split("."))]


def test_signature_tells_nothing_of_the_process_that_read_it(rows):
    signatures = {name: row["text"].split("\n")[0] for name, row in rows.items()}

    found = [name for name, text in signatures.items() if "environ({" in text or " at 0x" in text]

    assert found == []


def test_two_readings_are_alike(rows, tmp_path):
    again = stdlib_corpus.harvest_to_file(tmp_path / "again.jsonl").read_text(encoding="utf-8")

    assert list(map(json.loads, again.splitlines())) == list(rows.values())


def test_modules_that_are_named_are_read_alone(rows, tmp_path):
    path = stdlib_corpus.harvest_to_file(tmp_path / "some.jsonl", ["glob", "time"])

    some = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]

    assert some == [row for row in rows.values() if row["metadata"]["module"] in {"glob", "time"}]
