import json

import pytest

from pgrerank.domain.errors import InvalidRequestError
from pgrerank.domain.structured import DEEPEST, readable

RECORD = {
    "name": "Louvre",
    "openingHours": {"monday": "9:00-18:00", "tuesday": None},
    "tags": ["art", "museum"],
    "works": [{"title": "Mona Lisa", "year": 1503}, {"title": "Nike", "is_marble": True}],
    "unit_price": 22.5,
    "note": "two\nlines",
}
READ = """\
name: Louvre
opening Hours:
  monday: 9:00-18:00
tags: art, museum
works:
  - title: Mona Lisa
    year: 1503
  - title: Nike
    is marble: true
unit price: 22.5
note: two
lines"""


def test_fields_are_lines_of_name_and_value_in_their_order():
    assert readable(RECORD) == READ


def test_rows_of_a_table_are_lines():
    assert readable([["place", "height"], ["Everest", 8849]]) == "- place, height\n- Everest, 8849"


@pytest.mark.parametrize("indent", [None, 2])
def test_json_in_a_text_is_read_as_what_it_holds(indent):
    assert readable(json.dumps(RECORD, indent=indent)) == READ


@pytest.mark.parametrize(
    "text", ["", "prose", "name: yaml", "{not json}", "[1] a footnote", "[1, 2]", "{}", "[" * 9_999]
)
def test_other_texts_stay_as_they_are(text):
    assert readable(text) == text


def test_named_fields_are_read_in_the_order_of_their_names():
    assert readable(RECORD, ["unit_price", "none", "name"]) == "unit price: 22.5\nname: Louvre"


def test_a_text_in_a_wrapping_is_the_text():
    assert readable({"text": "as it is"}) == "as it is"
    assert readable({"text": "as it is", "id": 3}, ["text"]) == "as it is"
    assert readable({"text": "a", "id": 3}) == "text: a\nid: 3"


@pytest.mark.parametrize("nothing", [{}, [], {"a": None}, {"a": []}, {"b": 1}])
def test_what_says_nothing_is_no_text(nothing):
    assert readable(nothing, ["a"]) == ""


@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("topSpeed_kmh", "top Speed kmh"),
        ("e-mail", "e mail"),
        ("ISO-8601", "ISO-8601"),
        ("HTTPStatus", "HTTPStatus"),
        ("Höhe in m", "Höhe in m"),
        ("a.b", "a.b"),
    ],
)
def test_joined_words_of_a_name_are_parted(name, read):
    assert readable({name: 1}) == f"{read}: 1"


@pytest.mark.parametrize(("begin", "end"), [('{"a": ', "}"), ("[", "]")])
def test_text_that_nests_too_deep_stays_text_and_an_object_is_refused(begin, end):
    def nested(levels):
        return begin * levels + "1" + end * levels

    assert readable(nested(DEEPEST)) != nested(DEEPEST)
    assert readable(nested(DEEPEST + 1)) == nested(DEEPEST + 1)
    assert readable(nested(900)) == nested(900)
    with pytest.raises(InvalidRequestError, match="32 levels"):
        readable(json.loads(nested(DEEPEST + 1)))
