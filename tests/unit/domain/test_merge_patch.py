"""JSON merge patches of documents."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pgrerank.domain.errors import InvalidRequestError
from pgrerank.domain.merge_patch import DocumentPatch, merged

#: the examples of appendix A of RFC 7396
RFC_7396 = [
    ({"a": "b"}, {"a": "c"}, {"a": "c"}),
    ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
    ({"a": "b"}, {"a": None}, {}),
    ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
    ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
    ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
    ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
    ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
    (["a", "b"], ["c", "d"], ["c", "d"]),
    ({"a": "b"}, ["c"], ["c"]),
    ({"a": "foo"}, None, None),
    ({"a": "foo"}, "bar", "bar"),
    ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
    ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
    ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
]
KEYS = st.sampled_from("abc")
PATCHES = st.recursive(
    st.one_of(st.none(), st.integers(0, 3), st.lists(st.integers(0, 3), max_size=2)),
    lambda inner: st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize(("target", "patch", "expected"), RFC_7396)
def test_the_examples_of_the_standard(target, patch, expected):
    assert merged(target, patch) == expected


@given(PATCHES, PATCHES)
def test_a_patch_applied_twice_is_the_patch_applied_once(target, patch):
    once = merged(target, patch)

    assert merged(once, patch) == once


@given(PATCHES, st.dictionaries(KEYS, PATCHES, max_size=3))
def test_only_the_keys_of_the_patch_change(target, patch):
    before = target if isinstance(target, dict) else {}
    after = merged(target, patch)

    assert {k: v for k, v in before.items() if k not in patch} == {
        k: v for k, v in after.items() if k not in patch
    }
    assert not [key for key, value in patch.items() if value is None and key in after]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({}, "give `metadata`, `uri` or both"),
        ({"text": "x"}, "cannot be changed alone"),
        ({"metadata": [1]}, "must be an object, or null"),
    ],
)
def test_what_is_no_change_of_metadata_is_refused(changes, message):
    with pytest.raises(InvalidRequestError, match=message):
        DocumentPatch(changes=changes)


def test_null_removes_all_metadata_and_the_address():
    patch = DocumentPatch(changes={"metadata": None, "uri": None})

    assert patch.apply("a", "https://x.test", {"n": 1}) == (None, {})
