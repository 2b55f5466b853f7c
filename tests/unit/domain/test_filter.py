"""Compiled filters and their errors. tests/sql shows that Postgres reads them the same way."""

import pytest

from pgrerank.domain import filter as metadata_filter
from pgrerank.domain.errors import InvalidRequestError


def test_values_and_names_are_literals_in_the_predicate():
    predicate = metadata_filter.jsonpath({'a"b': 'x" || true', "c.d": {"$gte": 2}})

    assert predicate == '(($."a\\"b" == "x\\" || true") && (($."c"."d" >= 2)))'


@pytest.mark.parametrize(
    ("condition", "field"),
    [
        ({"a": {"$regex": "x"}}, "filter.a.$regex"),
        ({"a": {}}, "filter.a"),
        ({"a": [1]}, "filter.a"),
        ({"a": {"$in": []}}, "filter.a.$in"),
        ({"a": {"$in": "x"}}, "filter.a.$in"),
        ({"a": {"$in": [{}]}}, "filter.a.$in.0"),
        ({"a": {"$in": ["x", "\0"]}}, "filter.a.$in.1"),
        ({"a": {"$in": list(range(1001))}}, "filter.a.$in"),
        ({"a": 10**309}, "filter.a"),
        ({"a": -(10**5000)}, "filter.a"),
        ({"a": "x" * 10_001}, "filter.a"),
        ({"a" * 1_001: 1}, "filter." + "a" * 1_001),
        ({"a\\b": 1}, "filter.a\\b"),
        ({"a\\": 1}, "filter.a\\"),
        ({"\udfff": 1}, "filter.\udfff"),
        ({"a": {"$exists": 1}}, "filter.a.$exists"),
        ({"$or": []}, "filter.$or"),
        ({"$or": [{"a": {"$gt": {}}}]}, "filter.$or.0.a.$gt"),
        ({"$not": 1}, "filter.$not"),
        ({"$xor": []}, "filter.$xor"),
        ({"a": float("inf")}, "filter.a"),
        ({"a": "\0"}, "filter.a"),
        ({"\0": 1}, "filter.\0"),
        ({"a": "\udfff"}, "filter.a"),
    ],
)
def test_malformed_filter_is_refused_at_its_place(condition, field):
    with pytest.raises(InvalidRequestError) as refusal:
        metadata_filter.jsonpath(condition)

    assert refusal.value.field == field


def test_deep_nesting_is_refused():
    condition = {"a": 1}
    for _ in range(20):
        condition = {"$not": condition}

    with pytest.raises(InvalidRequestError, match="nested deeper"):
        metadata_filter.jsonpath(condition)


def test_conditions_are_those_of_the_tree():
    addresses = [f"{i}@example.org" for i in range(100)]
    text = {"a": {"$in": addresses}, "b": "@ $.x" * 100}
    for _ in range(7):
        text = {"$not": text}

    assert metadata_filter.jsonpath(text).count("example.org") <= 2 * len(addresses)


def test_too_many_conditions_are_refused():
    with pytest.raises(InvalidRequestError, match="at most 100 conditions, not 101"):
        metadata_filter.jsonpath({f"k{i}": i for i in range(101)})
    with pytest.raises(InvalidRequestError, match="at most 1000 values in its lists, not 1200"):
        metadata_filter.jsonpath({key: {"$in": list(range(600))} for key in "ab"})


@pytest.mark.parametrize(
    ("filter_", "hint"),
    [
        ({"year": {"$ge": 1}}, "did you mean `$gte`?"),
        ({"$ors": []}, "did you mean `$or`?"),
        ({"$price": 1}, r"`\$` begins a field's name"),
    ],
)
def test_what_is_no_operator_is_told_the_nearest(filter_, hint):
    with pytest.raises(InvalidRequestError) as refusal:
        metadata_filter.jsonpath(filter_)

    assert hint in str(refusal.value)
