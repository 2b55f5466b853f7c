"""Filters of Haystack become filters of a search."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pgrerank.domain.filter import jsonpath
from pgrerank.integrations.haystack_filter import translate


def comparison(operator, value=5, field="meta.year"):
    return {"field": field, "operator": operator, "value": value}


@pytest.mark.parametrize(
    ("operator", "ours"),
    [
        ("==", "$eq"),
        ("!=", "$ne"),
        (">", "$gt"),
        (">=", "$gte"),
        ("<", "$lt"),
        ("<=", "$lte"),
        ("in", "$in"),
        ("not in", "$nin"),
    ],
)
def test_every_comparison_has_its_operator(operator, ours):
    assert translate(comparison(operator)) == {"year": {ours: 5}}


def test_conditions_are_joined_and_turned_round():
    first, second = comparison("=="), comparison("<", field="meta.size")
    joined = {"operator": "OR", "conditions": [first, second]}

    assert translate({"operator": "AND", "conditions": [first, joined]}) == {
        "$and": [
            {"year": {"$eq": 5}},
            {"$or": [{"year": {"$eq": 5}}, {"size": {"$lt": 5}}]},
        ]
    }
    assert translate({"operator": "NOT", "conditions": [first, second]}) == {
        "$not": {"$and": [{"year": {"$eq": 5}}, {"size": {"$lt": 5}}]}
    }


@pytest.mark.parametrize(
    ("field", "path"),
    [
        ("meta.year", "year"),
        ("year", "year"),
        ("meta.kind.name", "kind.name"),
        ("meta.meta.year", "meta.year"),
        ("meta.$ref", "\\$ref"),
        ("meta.back\\slash", "back\\\\slash"),
    ],
)
def test_a_field_is_a_path_in_the_metadata(field, path):
    assert translate(comparison("==", field=field)) == {path: {"$eq": 5}}


@pytest.mark.parametrize("nothing", [None, {}])
def test_no_filter_is_none(nothing):
    assert translate(nothing) is None


COMPARISONS = st.builds(
    comparison,
    st.sampled_from(["==", "!=", ">", ">=", "<", "<="]),
    st.integers(-(2**31), 2**31),
    st.from_regex(r"meta\.[$a-z\\]{1,4}(\.[$a-z\\]{1,3})?", fullmatch=True),
)


def groups(conditions):
    return st.builds(
        lambda operator, members: {"operator": operator, "conditions": members},
        st.sampled_from(["AND", "OR", "NOT"]),
        st.lists(conditions, min_size=1, max_size=3),
    )


@given(COMPARISONS | groups(COMPARISONS) | groups(COMPARISONS | groups(COMPARISONS)))
def test_what_haystack_accepts_the_search_accepts(condition):
    assert jsonpath(translate(condition))
