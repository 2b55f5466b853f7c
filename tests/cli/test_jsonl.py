"""Lines of JSON. `unit/usecases/test_read_row.py` tests the content of rows."""

import io
import json

from hypothesis import given
from hypothesis import strategies as st

from pgrerank.domain.document import Document
from pgrerank.domain.ingest import Rejection
from pgrerank.formats import jsonl


def read(data, **options):
    raw = data if isinstance(data, bytes) else data.encode()
    return [row.item for row in jsonl.rows(io.BytesIO(raw), "corpus.jsonl", **options)]


def line(**fields):
    return json.dumps(fields) + "\n"


def test_bad_row_is_rejected_with_its_line_and_the_good_ones_stay():
    found = read(line(_id="a", text="t") + "{oops\n" + '{"_id":"b","text":"t"}')

    assert [item.external_id for item in (found[0], found[2])] == ["a", "b"]
    assert isinstance(found[1], Rejection)
    assert found[1].line == 2


def test_blank_lines_count_but_are_no_rows():
    rows = list(jsonl.rows(io.BytesIO(b'\n\r\n{"_id":"1","text":"t"}\r\n'), "x"))

    assert [(row.line, row.item.external_id) for row in rows] == [(3, "1")]


def test_file_of_a_byte_order_mark_has_no_rows():
    assert read(b"\xef\xbb\xbf") == []


def test_endless_line_is_rejected_by_its_id_and_the_next_is_read():
    data = line(_id="long", text="x" * 500) + line(_id="ok", text="t")

    found = read(data, max_line_bytes=40)

    assert found[0].external_id == "long"
    assert "longer than 40 bytes" in found[0].reason
    assert found[1] == Document(external_id="ok", text="t")


def test_position_ends_at_the_size_of_the_input():
    data = (line(_id="1", text="ä") + "\n" + line(_id="2", text="b")).encode()

    assert list(jsonl.rows(io.BytesIO(data), "x"))[-1].position == len(data)


@given(st.binary())
def test_no_bytes_make_it_fail(data):
    assert all(isinstance(item, Document | Rejection) for item in read(data))
