"""One row of JSON becomes a document or a rejection with a reason."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pgrerank.domain.document import Document
from pgrerank.domain.ingest import Rejection
from pgrerank.formats.document_row import ID_NAMES, Repetitions, read_row

STORABLE = st.text(st.characters(codec="utf-8", exclude_characters="\0"))


def row(**fields):
    return json.dumps(fields).encode()


def refusal(data):
    item = read_row(data, 7)
    assert isinstance(item, Rejection)
    assert item.line == 7
    return item


@pytest.mark.parametrize("name", ID_NAMES)
def test_id_goes_by_any_of_its_names(name):
    assert read_row(row(**{name: "d1", "text": "t"}), 1) == Document(external_id="d1", text="t")


@pytest.mark.parametrize(("given_id", "read"), [(7, "7"), (-1, "-1"), (2**70, str(2**70))])
def test_integer_id_becomes_its_digits(given_id, read):
    assert read_row(row(_id=given_id, text="t"), 1).external_id == read


@pytest.mark.parametrize("name", ["uri", "url"])
def test_every_field_arrives(name):
    fields = {"_id": "d", "title": "T", "text": "x", name: "http://a", "metadata": {"year": 2024}}

    assert read_row(row(**fields, sparse={"key": 2, "##s": 0.5}), 1) == Document(
        external_id="d",
        title="T",
        text="x",
        uri="http://a",
        metadata={"year": 2024},
        sparse={"key": 2.0, "##s": 0.5},
    )


def test_null_is_as_good_as_absent():
    data = row(_id="1", id=None, text="t", title=None, uri=None, metadata=None, sparse=None)

    assert read_row(data, 1) == Document(external_id="1", text="t")


@pytest.mark.parametrize("other", ["7", 7])
def test_two_names_of_one_field_may_agree(other):
    assert read_row(row(_id="7", id=other, text="t", url="u", uri="u"), 1).external_id == "7"


@pytest.mark.parametrize(
    ("fields", "names"),
    [({"_id": "a", "id": "b"}, "`_id` and `id`"), ({"uri": "a", "url": "b"}, "`uri` and `url`")],
)
def test_two_names_of_one_field_may_not_contradict(fields, names):
    assert f"{names} differ" in refusal(row(**{"_id": "a", "text": "t"} | fields)).reason


def test_title_alone_is_a_document():
    assert read_row(row(_id="1", title="Only a title", text=""), 1).title == "Only a title"


def test_byte_order_mark_is_no_content():
    data = b'\xef\xbb\xbf{"_id":"1","text":"t"}'

    assert read_row(data, 1) == Document(external_id="1", text="t")


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("contents", "did you mean `text`?"),
        ("Title", "did you mean `title`?"),
        ("metdata", "did you mean `metadata`?"),
        ("docid", "did you mean `_id`?"),
        ("colour", "facts of your own go into `metadata`"),
    ],
)
def test_unknown_field_is_refused_with_the_nearest_name(name, hint):
    found = refusal(row(**{"_id": "1", "text": "t", name: "x"}))

    assert found.external_id == "1"
    assert f"unknown field `{name}`" in found.reason
    assert hint in found.reason


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (b"{oops", "not JSON"),
        (b"[1]", "must be a JSON object"),
        (row(text="t"), "has no id"),
        (row(_id="", text="t"), "has no id"),
        (row(_id=True, text="t"), "`_id` must be a string"),
        (row(_id=1.5, text="t"), "`_id` must be a string"),
        (b'{"_id": ' + b"1" * 5000 + b', "text": "t"}', "out of range"),
        (b'{"_id": "1", "text": "t", "metadata": {"a": 1e999}}', "out of range"),
        (row(_id="1"), "has no `text`"),
        (row(_id="1", text="  "), "has no `text`"),
        (row(_id="1", text=5), "`text` must be a string"),
        (row(_id="1", text="t", title=[]), "`title` must be a string"),
        (row(_id="1", text="t", title="t" * 2001), "at most 2000 characters"),
        (row(_id="1", text="t", metadata=[]), "`metadata` must be an object"),
        (row(_id="1", text="t", sparse=["a"]), "`sparse` must be an object"),
        (row(_id="1", text="t", sparse={"a": "1"}), "`sparse` must be an object"),
        (row(_id="1", text="t", sparse={"a": 0}), "must be above 0"),
        (row(_id="1" * 513, text="t"), "must have 1 to 512 characters"),
        (row(_id="1", text="a\0b"), "NUL"),
        (row(_id="1", text="t", metadata={"a": ["\0"]}), "NUL"),
        (b'{"_id": "1", "text": NaN}', "NaN and Infinity"),
        (b'{"_id": "1", "text": "\\ud800"}', "surrogate"),
        (b'{"_id": "1", "text": "\xff"}', "not UTF-8: byte 0xff at position 23"),
        (b"[" * 100_000, "nested more than 100 levels"),
        (b'{"_id": "1", "metadata": ' + b'{"a":' * 2000, "nested more than 100 levels"),
    ],
)
def test_bad_row_is_refused_with_its_reason(bad, reason):
    assert reason.lower() in refusal(bad).reason.lower()


@pytest.mark.parametrize(
    "bad",
    [
        row(_id="d9", text=1),
        row(text=1, id="d9"),
        b'{"text": "\xff", "_id": "d9"}',
        b'{"text": NaN, "_id": "d9"}',
        b'{"text": "\\ud800", "_id": "d9"}',
        b'{ "external_id" : "d9", "text": "breaks off',
        row(_id="d9", id="d8", text="t"),
        b'{"_id": "d9", "metadata": ' + b"[" * 5000,
    ],
)
def test_refusal_names_the_row_wherever_its_id_can_be_seen(bad):
    assert refusal(bad).external_id == "d9"


@pytest.mark.parametrize("shown", [b'"\\ud800"', b'"' + b"x" * 9000 + b'"', b'"\xff"'])
def test_id_of_a_refusal_can_be_shown(shown):
    found = refusal(b'{"_id": ' + shown + b', "text": 1}').external_id

    assert 1 <= len(found) <= 512
    assert found.encode()


def test_text_over_the_limit_is_refused():
    fits = read_row(row(_id="1", text="x" * 10), 1, max_characters=10)
    long = read_row(row(_id="1", text="x" * 11), 1, max_characters=10)

    assert isinstance(fits, Document)
    assert long.reason == "text: 11 characters are over the limit of 10 characters."


def test_repeated_id_names_both_places():
    repetitions = Repetitions()

    assert repetitions.record("a", "c.jsonl", 1) is None
    assert repetitions.record("b", "c.jsonl", 2) is None
    source, found = repetitions.record("a", "d.jsonl", 3)

    assert (source, found.line, found.external_id) == ("c.jsonl", 1, "a")
    assert found.reason == "replaced by d.jsonl line 3, which has the same id"


@given(STORABLE.filter(bool), STORABLE.filter(str.strip), STORABLE)
def test_what_was_written_is_read(name, text, title):
    data = json.dumps({"_id": name, "text": text, "title": title}, ensure_ascii=False).encode()

    assert read_row(data, 1) == Document(external_id=name, text=text, title=title)


@given(st.binary() | st.binary().map(lambda tail: b'{"_id": "a", "text": ' + tail))
def test_no_bytes_make_it_fail(data):
    item = read_row(data, 1)

    assert isinstance(item, Document | Rejection)
    json.dumps(getattr(item, "external_id", None), ensure_ascii=False).encode()
