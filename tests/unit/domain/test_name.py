"""Valid names, and the names that are suggested for unknown ones."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pgrerank.api import forms
from pgrerank.domain.errors import InvalidRequestError
from pgrerank.domain.evaluation import identifier, validate_label
from pgrerank.domain.name import check_optional_name, validate_name
from pgrerank.domain.suggestion import nearest, remedy

CHARACTERS = st.sampled_from("ab09._-AZ \nä")


@given(name=st.text(CHARACTERS, max_size=66))
def test_a_name_has_64_plain_characters_between_letters_or_digits(name):
    is_plain = 1 <= len(name) <= 64 and set(name) <= set("ab09._-")
    is_valid = is_plain and name[0] in "ab09" and name[-1] in "ab09"

    if is_valid:
        assert validate_name(name) == name
    else:
        with pytest.raises(InvalidRequestError) as refusal:
            validate_name(name, "collection")
        assert refusal.value.field == "collection"
    assert bool(re.search(forms.NAME, name)) is is_valid


@pytest.mark.parametrize("length", [1, 2, 64])
def test_names_of_every_length_up_to_64_are_valid(length):
    validate_name("a" * length)
    with pytest.raises(InvalidRequestError):
        validate_name("a" * (length - 1) + "-")
    with pytest.raises(InvalidRequestError):
        validate_name("a" * (64 + length))


def test_a_name_may_be_left_out_where_it_is_optional():
    check_optional_name(None, "threshold")
    with pytest.raises(InvalidRequestError, match="threshold"):
        check_optional_name("", "threshold")


@pytest.mark.parametrize("label", ["", "  ", "a" * 201, "a\nb", "a\0", "\u200b", "\ud800"])
def test_a_label_is_one_line_that_can_be_printed(label):
    with pytest.raises(InvalidRequestError, match="printable"):
        validate_label(label)


@given(name=st.uuids())
def test_a_label_is_never_taken_for_an_id(name):
    for written in (str(name), name.hex, str(name).upper(), f"{{{name}}}"):
        assert identifier(written) == name
        with pytest.raises(InvalidRequestError, match="look like an id"):
            validate_label(written)


def test_other_labels_are_kept_as_they_are():
    assert validate_label(None) is None
    assert validate_label("k1 = 0.9, ä") == "k1 = 0.9, ä"
    assert identifier("k1 = 0.9, ä") is None


NAMES = st.lists(st.text("abcdefgh_-", min_size=1, max_size=8), max_size=15, unique=True)


@given(name=st.text(max_size=200), known=NAMES)
def test_only_a_known_name_is_suggested_and_a_known_name_is_itself(name, known):
    assert nearest(name, known) in {None, *known}
    for each in known:
        assert nearest(each, [each]) == each


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("topN", "top_n"),
        ("TOP-N", "top_n"),
        ("min-score", "min_score"),
        ("treshold", "threshold"),
        ("collection", None),
        ("", None),
    ],
)
def test_words_are_compared_without_case_and_separators(name, meant):
    assert nearest(name, ["top_n", "min_score", "threshold"]) == meant


@given(name=st.text(max_size=20), known=NAMES)
def test_a_remedy_names_something_that_exists_if_anything_does(name, known):
    sentence = remedy(name, known)

    if not known:
        assert sentence == ""
    else:
        named = re.findall(r"`([^`]*)`", sentence)
        assert set(named) <= set(known)
        assert 1 <= len(named) <= 10
        assert sentence.endswith(("?", "."))
        assert ("and others" in sentence) is (len(known) > 10 and nearest(name, known) is None)
