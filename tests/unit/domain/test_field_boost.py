"""Boosts by dates and numbers in metadata."""

from datetime import UTC, datetime, timedelta, timezone
from statistics import pstdev

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pgrerank.domain.candidate import PairScore
from pgrerank.domain.errors import InvalidRequestError
from pgrerank.domain.field_boost import (
    FieldBoost,
    check_field_boosts,
    plain,
    weighed,
    weights,
)
from pgrerank.domain.term import boosts

NOW = datetime(2026, 3, 31, 12, tzinfo=UTC)
MONTHLY = FieldBoost(half_life_days=30, weight=0.5)
STARS = FieldBoost(worst=1, best=5, weight=0.4)
PRICE = FieldBoost(worst=100, best=0, weight=1.0)
json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


def weight(boost, value):
    [found] = weights({"f": boost}, [{"f": value}], NOW)
    return found


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026-03-31T12:00:00Z", 0.5),
        ("2026-03-01T12:00:00+00:00", 0.25),
        ("2026-03-01T14:00:00+02:00", 0.25),
        ("2026-01-30T12:00", 0.125),
        (" 2026-03-31 ", 0.5 * 0.5 ** (0.5 / 30)),
        ("2027-01-01", 0.5),
        ((NOW - timedelta(days=30)).timestamp(), 0.25),
        (["2020-01-01", "2026-03-01T12:00:00Z"], 0.25),
        ("yesterday", 0),
        ("", 0),
        (None, 0),
        (True, 0),
        ({}, 0),
        ([], 0),
    ],
)
def test_a_date_loses_half_its_weight_with_each_half_life(value, expected):
    assert weight(MONTHLY, value) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("boost", "value", "expected"),
    [
        (STARS, 5, 0.4),
        (STARS, 3, 0.2),
        (STARS, 1.0, 0),
        (STARS, 99, 0.4),
        (STARS, -99, 0),
        (STARS, 10**400, 0.4),
        (STARS, [1, 4], 0.3),
        (STARS, "5", 0),
        (STARS, True, 0),
        (STARS, None, 0),
        (PRICE, 0, 1),
        (PRICE, 75, 0.25),
        (PRICE, 500, 0),
    ],
)
def test_a_number_counts_in_proportion_and_within_its_ends(boost, value, expected):
    assert weight(boost, value) == pytest.approx(expected)


def test_fields_add_up_and_a_missing_one_adds_nothing():
    metadata = [{"stars": 5, "at": {"made": NOW.isoformat()}}, {"stars": 3}, {}, {"at": 1}]

    found = weights({"stars": STARS, "at.made": MONTHLY}, metadata, NOW)

    assert found == pytest.approx([0.9, 0.2, 0, 0])


@pytest.mark.parametrize(("name", "metadata"), [(r"a\.b", {"a.b": 5}), ("a.b", {"a": [{"b": 5}]})])
def test_names_are_read_as_those_of_filters(name, metadata):
    assert weights({name: STARS}, [metadata], NOW) == [0.4]


@given(value=json)
def test_no_value_gives_more_than_the_weight_or_less_than_nothing(value):
    for boost in (MONTHLY, STARS, PRICE):
        assert 0 <= weight(boost, value) <= boost.weight


def test_terms_and_fields_together_add_at_most_one_deviation():
    scores = [PairScore(value=value) for value in (1.0, 2.0, 3.0)]
    deviation = pstdev([1, 2, 3])

    found = boosts({"fox": 0.7}, ["fox", "fox", "dove"], scores, [], [0.2, 0.9, 0.5])

    assert found == pytest.approx([0.9 * deviation, deviation, 0.5 * deviation])


def test_what_was_not_scored_is_not_raised():
    scores = [PairScore(value=1.0), PairScore(value=None), PairScore(value=3.0)]

    assert boosts({}, ["", "", ""], scores, [], [0.5, 0.5, 0.0])[1:] == [0, 0]


def test_without_any_weight_nothing_is_added():
    assert boosts({}, [""], [PairScore(value=1.0)], [], [0.0]) == []
    assert weights({}, [{"stars": 5}], NOW) == []


@pytest.mark.parametrize(
    ("boosts", "field", "problem"),
    [
        ({"f": FieldBoost()}, "fields.f", "half_life_days"),
        ({"f": FieldBoost(worst=1)}, "fields.f", "half_life_days"),
        ({"f": FieldBoost(worst=1, best=1)}, "fields.f", "different"),
        ({"f": FieldBoost(worst=1, best=1e300)}, "fields.f", "different"),
        ({"f": FieldBoost(worst=float("nan"), best=1)}, "fields.f", "different"),
        ({"f": FieldBoost(worst=1, best=2, half_life_days=1)}, "fields.f", "both"),
        ({"f": FieldBoost(half_life_days=0)}, "fields.f", "half-life of 0"),
        ({"f": FieldBoost(half_life_days=1e9)}, "fields.f", "half-life of"),
        ({"f": FieldBoost(half_life_days=1, weight=0)}, "fields.f", "weighs 0"),
        ({"f": FieldBoost(half_life_days=1, weight=1.1)}, "fields.f", "weighs 1.1"),
        ({"": MONTHLY}, "fields.", "name"),
        ({"x" * 201: MONTHLY}, f"fields.{'x' * 40}", "name"),
        ({"a\\": MONTHLY}, "fields.a\\", "backslash"),
        ({str(n): MONTHLY for n in range(21)}, "fields", "at most 20"),
    ],
)
def test_boosts_that_cannot_be_are_refused_by_their_field(boosts, field, problem):
    with pytest.raises(InvalidRequestError, match=problem) as refused:
        check_field_boosts(boosts)

    assert refused.value.field == field


def test_as_json_a_boost_has_only_what_is_set():
    assert plain({"a": MONTHLY, "b": STARS}) == {
        "a": {"weight": 0.5, "half_life_days": 30},
        "b": {"weight": 0.4, "worst": 1, "best": 5},
    }


def test_ages_do_not_depend_on_the_zone_of_the_clock():
    zone = timezone(timedelta(hours=5))
    there = weights({"f": MONTHLY}, [{"f": "2026-03-01T12:00:00Z"}], NOW.astimezone(zone))

    assert there == pytest.approx([0.25])


def test_a_boost_that_weighs_nothing_is_left_out():
    changed = weighed({"a": MONTHLY, "b": STARS, "c": PRICE}, {"a": 0, "b": 0.9})

    assert changed == {"b": FieldBoost(worst=1, best=5, weight=0.9), "c": PRICE}
