"""Values at the ends of their ranges, and texts that Postgres cannot store."""

import math
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pgrerank.domain.bounds import (
    EARLIEST,
    LATEST,
    characters,
    instant,
    lone_surrogate,
    text,
    undecodable,
    within,
)
from pgrerank.domain.errors import InvalidRequestError
from pgrerank.domain.judgment import Judgment
from pgrerank.domain.reference import ReferencePair

ANY_TEXT = st.text(st.characters(exclude_categories=[]), max_size=12)


@given(value=st.floats(), low=st.integers(-5, 0), high=st.integers(0, 5))
def test_a_number_is_accepted_exactly_within_its_range(value, low, high):
    if low <= value <= high:
        within("depth", value, low, high)
    else:
        with pytest.raises(InvalidRequestError) as refusal:
            within("depth", value, low, high)
        assert refusal.value.field == "depth"
        assert f"from {low} to {high}" in refusal.value.problem


def test_a_number_that_is_not_given_is_in_every_range():
    within("depth", None, 1, 0)


def test_not_a_number_is_in_no_range():
    with pytest.raises(InvalidRequestError, match="nan"):
        within("depth", math.nan, -math.inf, math.inf)


@given(value=ANY_TEXT, most=st.integers(0, 12))
def test_a_text_is_accepted_exactly_if_it_is_short_and_utf8(value, most):
    is_encodable = not any(0xD800 <= ord(each) <= 0xDFFF for each in value)
    if len(value) <= most and is_encodable:
        characters("query", value, most=most)
    else:
        with pytest.raises(InvalidRequestError):
            characters("query", value, most=most)


@given(before=st.text(max_size=5), after=st.text(max_size=5))
def test_half_a_surrogate_pair_is_found_where_it_stands(before, after):
    assert lone_surrogate(f"{before}\udc80{after}") == len(before)
    assert lone_surrogate(before + after) is None


@pytest.mark.parametrize("value", ["a\0", "\0", "a" * 6, "\ud800"])
def test_a_text_that_cannot_be_stored_is_refused(value):
    with pytest.raises(InvalidRequestError) as refusal:
        text("title", value, most=5)

    assert refusal.value.field == "title"


@pytest.mark.parametrize("blank", ["", " ", "\n\t", "\u00a0", "\u2003"])
def test_a_blank_text_is_refused_where_a_text_is_needed(blank):
    text("title", blank, most=5)
    text("title", None, most=0, least=1)
    with pytest.raises(InvalidRequestError, match="blank"):
        text("title", blank, most=5, least=1)


@pytest.mark.parametrize("bad", [" ", "a\0b", "a\ud800", "a" * 2_000_001])
@pytest.mark.parametrize("field", ["query", "passage"])
def test_a_pair_of_a_reference_set_can_be_stored(field, bad):
    with pytest.raises(InvalidRequestError) as refusal:
        ReferencePair(**{"query": "q", "passage": "p", field: bad})

    assert refusal.value.field == field


@pytest.mark.parametrize(
    ("field", "value", "named"),
    [
        ("query", " ", "query"),
        ("query", "a" * 100_001, "query"),
        ("external_id", "a" * 513, "document"),
        ("source", "a\0", "source"),
        ("judged_by", " ", "by"),
        ("grade", 4, "grade"),
        ("grade", -1, "grade"),
    ],
)
def test_a_judgment_can_be_stored(field, value, named):
    with pytest.raises(InvalidRequestError) as refusal:
        Judgment(**{"query": "q", "external_id": "a", "grade": 1, "source": "human", field: value})

    assert refusal.value.field == named


@given(value=st.datetimes(timezones=st.just(UTC)), hours=st.integers(-14, 14))
def test_an_instant_is_the_same_in_utc_whatever_its_zone(value, hours):
    zone = timezone(timedelta(hours=hours))
    try:
        given_ = value.astimezone(zone)
    except OverflowError:
        return

    if EARLIEST <= value <= LATEST:
        found = instant("since", given_)
        assert found == value
        assert found.tzinfo is UTC
    else:
        with pytest.raises(InvalidRequestError, match="1970 to 2999"):
            instant("since", given_)


def test_an_instant_needs_a_zone_and_may_be_left_out():
    assert instant("since", None) is None
    with pytest.raises(InvalidRequestError, match="time zone"):
        instant("since", datetime(2026, 1, 1))  # noqa: DTZ001 - the error


@given(before=st.text(max_size=5))
def test_the_first_byte_that_is_not_utf8_is_named_with_its_position(before):
    data = before.encode() + b"\xff rest"

    with pytest.raises(UnicodeDecodeError) as fault:
        data.decode()

    place = len(before.encode()) + 1
    assert undecodable(data, fault.value) == f"not UTF-8: byte 0xff at position {place}"
