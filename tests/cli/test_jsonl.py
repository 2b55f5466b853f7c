import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pgrerank.cli.reading import jsonl
from pgrerank.domain.document import Document
from pgrerank.domain.ingest import Rejection

STORABLE = st.text(st.characters(codec="utf-8", exclude_characters="\0"))


def read(data, **options):
    raw = data if isinstance(data, bytes) else data.encode()
    return [row.item for row in jsonl.rows(io.BytesIO(raw), "corpus.jsonl", **options)]


def line(**fields):
    return json.dumps(fields) + "\n"


@pytest.mark.parametrize("name", ["_id", "id", "external_id"])
def test_id_goes_by_any_of_its_names(name):
    assert read(line(**{name: "d1", "text": "t"})) == [Document(external_id="d1", text="t")]


def test_integer_id_becomes_text():
    assert read(line(_id=7, text="t"))[0].external_id == "7"


@pytest.mark.parametrize("name", ["uri", "url"])
def test_every_field_arrives(name):
    fields = {"_id": "d", "title": "T", "text": "x", name: "http://a", "metadata": {"year": 2024}}

    assert read(line(**fields)) == [
        Document(external_id="d", title="T", text="x", uri="http://a", metadata={"year": 2024})
    ]


def test_learned_weights_arrive():
    assert read(line(_id="d", text="t", sparse={"key": 2, "##s": 0.5})) == [
        Document(external_id="d", text="t", sparse={"key": 2.0, "##s": 0.5})
    ]


def test_title_alone_is_a_document():
    assert read(line(_id="1", title="Only a title", text="")) == [
        Document(external_id="1", title="Only a title", text="")
    ]


def test_fields_that_mean_nothing_here_are_ignored():
    assert read(line(_id="1", text="t", score=3)) == [Document(external_id="1", text="t")]


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ("{oops", "not JSON"),
        ("[1]", "must be a JSON object"),
        (line(text="t"), "has no id"),
        (line(_id="", text="t"), "has no id"),
        (line(_id=True, text="t"), "`_id` must be a string"),
        (line(_id="1"), "has no `text`"),
        (line(_id="1", text="  "), "has no `text`"),
        (line(_id="1", text=5), "`text` must be a string"),
        (line(_id="1", text="t", title=[]), "`title` must be a string"),
        (line(_id="1", text="t", metadata=[]), "`metadata` must be an object"),
        (line(_id="1", text="t", sparse=["a"]), "`sparse` must be an object"),
        (line(_id="1", text="t", sparse={"a": "1"}), "`sparse` must be an object"),
        (line(_id="1", text="t", sparse={"a": 0}), "must be above 0"),
        (line(_id="1" * 513, text="t"), "must have 1 to 512 characters"),
        (line(_id="1", text="a\0b"), "NUL"),
        (line(_id="1", text="t", metadata={"a": ["\0"]}), "NUL"),
        ('{"_id": "1", "text": NaN}', "not JSON"),
        ('{"_id": "1", "text": "\\ud800"}', "not JSON"),
        (b'{"_id": "1", "text": "\xff"}', "not UTF-8: byte 0xff"),
        ("[" * 100_000, "not JSON"),
    ],
)
def test_bad_row_is_rejected_with_its_line_and_the_good_ones_stay(bad, reason):
    raw = bad if isinstance(bad, bytes) else bad.encode()

    found = read(
        line(_id="a", text="t").encode() + raw.rstrip() + b"\n" + b'{"_id":"b","text":"t"}'
    )

    assert [item.external_id for item in (found[0], found[2])] == ["a", "b"]
    assert isinstance(found[1], Rejection)
    assert found[1].line == 2
    assert reason in found[1].reason


def test_rejection_names_the_row_where_its_id_is_known():
    assert read(line(_id="d9", text=1))[0].external_id == "d9"


def test_blank_lines_count_but_are_no_rows():
    rows = list(jsonl.rows(io.BytesIO(b'\n\r\n{"_id":"1","text":"t"}\r\n'), "x"))

    assert [(row.line, row.item.external_id) for row in rows] == [(3, "1")]


def test_byte_order_mark_is_no_content():
    assert read(b'\xef\xbb\xbf{"_id":"1","text":"t"}') == [Document(external_id="1", text="t")]


def test_endless_line_is_rejected_and_the_next_is_read():
    data = line(_id="long", text="x" * 500) + line(_id="ok", text="t")

    found = read(data, max_line_bytes=40)

    assert "longer than 40 bytes" in found[0].reason
    assert found[1].external_id == "ok"


def test_position_ends_at_the_size_of_the_input():
    data = (line(_id="1", text="ä") + "\n" + line(_id="2", text="b")).encode()

    assert list(jsonl.rows(io.BytesIO(data), "x"))[-1].position == len(data)


@given(st.lists(st.tuples(STORABLE.filter(bool), STORABLE.filter(str.strip), STORABLE)))
def test_what_was_written_is_read(rows):
    data = "".join(
        json.dumps({"_id": name, "text": text, "title": title}, ensure_ascii=False) + "\n"
        for name, text, title in rows
    )

    assert read(data) == [
        Document(external_id=name, text=text, title=title) for name, text, title in rows
    ]


@given(st.binary())
def test_no_bytes_make_it_fail(data):
    assert all(isinstance(item, Document | Rejection) for item in read(data))
