"""A body that is decoded in parts has the value that it has as a whole."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from litestar.exceptions import SerializationException

from pgrerank.api import json_parts
from pgrerank.domain.errors import InvalidRequestError, TooLargeError

LEAVES = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(-1e9, 1e9) | st.text()
JSON = st.recursive(
    LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20
)
OBJECT = b'{"query": "a", "documents": [%s]}'


def body(*documents):
    return OBJECT % b",".join(documents)


@given(JSON, st.booleans())
def test_a_value_is_decoded_as_by_any_decoder(value, escaped):
    assert json_parts.decode(json.dumps(value, ensure_ascii=escaped).encode()) == value


@pytest.mark.parametrize("count", [0, 1, 63, 64, 65, 1000])
def test_long_arrays_keep_their_elements_in_order(count):
    wanted = [{"n": number} for number in range(count)]

    assert json_parts.decode(json.dumps({"documents": wanted}).encode()) == {"documents": wanted}


@pytest.mark.parametrize("brackets", [(b"[", b"]"), (b'{"a": [', b"]}")])
def test_a_document_of_too_many_values_is_refused_by_its_place(brackets):
    opening, closing = brackets
    many = opening + b",".join([b"1"] * json_parts.VALUES) + closing

    with pytest.raises(TooLargeError, match=r"documents\[70\].* the limit of 10000 values"):
        json_parts.decode(body(*[b"1"] * 70, many))


def test_a_field_of_too_many_values_is_refused_by_its_name():
    many = b",".join(b'"k%d": 1' % n for n in range(json_parts.VALUES))

    with pytest.raises(TooLargeError, match=r"other: .* the limit of 10000 values"):
        json_parts.decode(b'{"query": "a", "other": {%s}}' % many)


def test_a_long_text_is_one_value():
    text = "a, [" * json_parts.VALUES

    assert json_parts.decode(body(json.dumps(text).encode()))["documents"] == [text]


def test_a_number_that_is_too_large_is_refused_with_the_element_that_holds_it():
    with pytest.raises(InvalidRequestError, match=r"documents\[70\]: .*out of range"):
        json_parts.decode(body(*[b"1"] * 70, b'{"a": 1e999}'))


@pytest.mark.parametrize("content", [b"", b"{", b"[1,", b'{"a" 1}', b'{"a": 1}}', b'{"a": NaN}'])
def test_what_is_not_json_is_refused(content):
    with pytest.raises(SerializationException):
        json_parts.decode(content)


def test_what_is_not_utf_8_is_refused():
    with pytest.raises(UnicodeDecodeError):
        json_parts.decode(body(b'"a\xff"'))
