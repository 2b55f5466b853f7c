import json
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pgrerank.domain.filter import MAX_CONDITIONS, MAX_DEPTH, MAX_VALUES, jsonpath
from tests import oracles
from tests.fixtures.collections import embedded

KEYS = st.sampled_from(["a", "b", "c", "a.b", "b.c", "a\\b", "$a", "", "a\\.b"])


def escaped(key):
    """The path step that names this key."""
    for character in "\\.$":
        key = key.replace(character, f"\\{character}")
    return key


SCALARS = st.one_of(
    st.integers(-2, 2),
    st.sampled_from([0.5, -1.5]),
    st.sampled_from(["", "x", "y", "1"]),
    st.booleans(),
    st.none(),
)
VALUES = st.one_of(
    SCALARS,
    st.lists(st.one_of(SCALARS, st.dictionaries(KEYS, SCALARS, max_size=2)), max_size=3),
    st.dictionaries(KEYS, st.one_of(SCALARS, st.lists(SCALARS, max_size=2)), max_size=3),
)
METADATA = st.dictionaries(KEYS, VALUES, max_size=3)
PATHS = st.lists(KEYS, min_size=1, max_size=2).map(lambda steps: ".".join(map(escaped, steps)))
OPERATORS = st.one_of(
    st.tuples(st.sampled_from(["$eq", "$ne", "$gt", "$gte", "$lt", "$lte"]), SCALARS),
    st.tuples(st.sampled_from(["$in", "$nin"]), st.lists(SCALARS, min_size=1, max_size=3)),
    st.tuples(st.just("$exists"), st.booleans()),
)
FIELDS = st.dictionaries(
    PATHS, st.one_of(SCALARS, st.lists(OPERATORS, min_size=1, max_size=2).map(dict)), max_size=2
)
FILTERS = st.recursive(
    FIELDS,
    lambda inner: st.one_of(
        st.fixed_dictionaries({"$and": st.lists(inner, min_size=1, max_size=2)}),
        st.fixed_dictionaries({"$or": st.lists(inner, min_size=1, max_size=2)}),
        st.fixed_dictionaries({"$not": inner}),
    ),
    max_leaves=4,
)


@pytest.fixture(scope="module")
def connection(database):
    with database.service() as connection:
        yield connection


def lets_through(connection, condition, metadata):
    row = connection.execute(
        "select coalesce(%s::jsonb @@ %s::jsonpath, false)",
        [json.dumps(metadata), jsonpath(condition)],
    ).fetchone()
    return row[0]


@given(condition=FILTERS, metadata=METADATA)
def test_filter_agrees_with_the_oracle(connection, condition, metadata):
    assert lets_through(connection, condition, metadata) == oracles.matches(condition, metadata)


@given(text=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")))
def test_no_value_becomes_syntax(connection, text):
    assert lets_through(connection, {"k": text}, {"k": text})
    assert not lets_through(connection, {"k": text}, {"k": text + "x"})
    assert lets_through(connection, {"k": {"$in": [text, "other"]}}, {"k": text})


@given(key=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")))
def test_every_field_name_can_be_said_and_none_becomes_syntax(connection, key):
    assert lets_through(connection, {escaped(key): 1}, {key: 1})
    assert not lets_through(connection, {escaped(key): 1}, {key + "x": 1})


def test_a_key_with_a_dot_and_a_path_are_told_apart(connection):
    key, nested = {"a.b": 1}, {"a": {"b": 1}}

    assert lets_through(connection, {r"a\.b": 1}, key)
    assert not lets_through(connection, {r"a\.b": 1}, nested)
    assert lets_through(connection, {"a.b": 1}, nested)
    assert not lets_through(connection, {"a.b": 1}, key)


def test_lists_are_long_and_negations_deep_before_they_are_refused(connection):
    addresses = [f"{i}@example.org" for i in range(MAX_VALUES)]
    assert lets_through(connection, {"by": {"$in": addresses}}, {"by": addresses[-1]})
    assert not lets_through(connection, {"by": {"$nin": addresses}}, {"by": addresses[-1]})
    deep = {"by": {"$nin": addresses}}
    for level in range(MAX_DEPTH):
        assert lets_through(connection, deep, {"by": addresses[0]}) == (level % 2 == 1)
        deep = {"$not": deep}
    many = {f"k{i}": {"$ne": "@ $. @"} for i in range(MAX_CONDITIONS)}
    assert lets_through(connection, {"$not": {"$not": many}}, {})


@given(number=st.one_of(st.floats(allow_nan=False, allow_infinity=False), st.integers()))
def test_every_number_can_be_compared(connection, number):
    assert lets_through(connection, {"k": {"$lte": number}}, {"k": number})
    assert lets_through(connection, {"k": {"$gte": number}}, {"k": number})


@pytest.mark.parametrize(
    "hostile",
    [
        '"',
        "\\",
        '\\"',
        '" || 1 == 1 || "" == "',
        "'; drop table pgrerank.document; --",
        "$.* ? (@ == 1)",
        "%(tenant_id)s",
        "/* */",
        string.punctuation,
    ],
)
async def test_hostile_values_find_only_themselves(new_shelf, hostile):
    shelf = await new_shelf(
        embedded("plain", "walrus", metadata={"k": "v"}),
        embedded("hostile", "walrus", metadata={"k": hostile}),
    )

    assert await shelf.found("walrus", filter={"k": hostile}) == ["hostile"]
    assert await shelf.found("walrus", filter={"k": {"$ne": hostile}}) == ["plain"]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"n": {"$in": [1, 2]}}, {"1", "2"}),
        ({"n": {"$nin": [1, 2]}}, {"3", "none"}),
        ({"n": {"$gte": 2}}, {"2", "3"}),
        ({"n": {"$exists": False}}, {"none"}),
        ({"tags": "odd"}, {"1", "3"}),
        ({"$or": [{"n": 1}, {"n": 3}]}, {"1", "3"}),
        ({}, {"1", "2", "3", "none"}),
        ({"n": 9}, set()),
    ],
)
async def test_both_legs_obey_the_filter(new_shelf, condition, expected):
    shelf = await new_shelf(
        embedded("1", "walrus", metadata={"n": 1, "tags": ["odd"]}),
        embedded("2", "walrus", metadata={"n": 2, "tags": ["even"]}),
        embedded("3", "walrus", metadata={"n": 3, "tags": ["odd", "last"]}),
        embedded("none", "walrus", metadata={}),
    )

    assert set(await shelf.keyword("walrus", filter=condition)) == expected
    assert set(await shelf.dense("walrus", filter=condition)) == expected
