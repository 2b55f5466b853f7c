import hashlib
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pgrerank.domain.document import Document, passage, passage_hash
from pgrerank.domain.errors import InvalidRequestError

STORABLE = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
METADATA = st.dictionaries(
    STORABLE,
    st.recursive(
        st.one_of(st.none(), st.booleans(), st.integers(-(2**63) + 1, 2**63 - 1), st.floats(-9e18, 9e18), STORABLE),
        lambda inner: st.one_of(st.lists(inner), st.dictionaries(STORABLE, inner)),
        max_leaves=5,
    ),
)  # fmt: skip


@given(text=STORABLE, title=STORABLE, metadata=METADATA)
def test_document_of_storable_strings_is_accepted(text, title, metadata):
    Document(external_id="a", text=text, title=title[:100], metadata=metadata)


@given(before=STORABLE, after=STORABLE)
def test_nul_is_refused_wherever_it_stands_and_its_field_named(before, after):
    bad = f"{before}\0{after}"

    for field, given_ in {"text": bad, "uri": bad, "metadata": {"a": [bad]}}.items():
        with pytest.raises(InvalidRequestError) as refusal:
            Document(**{"external_id": "a", "text": "", field: given_})
        assert refusal.value.field == field


@pytest.mark.parametrize(
    ("field", "value"),
    [("external_id", ""), ("external_id", "x" * 513), ("title", "x" * 2001), ("uri", "x" * 2001), ("text", "\ud800"),
     ("metadata", {"a": float("nan")}), ("metadata", {"a": object()})],
)  # fmt: skip
def test_what_cannot_be_stored_is_refused(field, value):
    with pytest.raises(InvalidRequestError):
        Document(**{"external_id": "a", "text": "", field: value})


def test_content_hash_ignores_the_order_of_metadata_keys():
    one = Document(external_id="a", text="t", metadata={"x": 1, "y": 2})
    other = Document(external_id="b", text="t", metadata={"y": 2, "x": 1})

    assert one.content_hash == other.content_hash


@pytest.mark.parametrize(
    "change", [{"text": "u"}, {"title": "u"}, {"uri": "u"}, {"metadata": {"u": 1}}]
)
def test_content_hash_changes_with_every_part(change):
    plain = {"external_id": "a", "text": "t"}

    assert Document(**plain).content_hash != Document(**(plain | change)).content_hash


def test_content_hash_keeps_fields_apart():
    assert (
        Document(external_id="a", title="ab", text="c").content_hash
        != Document(external_id="a", title="a", text="bc").content_hash
    )


def test_passage_is_the_title_above_the_content():
    assert passage("Title", "body") == "Title\nbody"
    assert passage("", "body") == "body"
    assert passage_hash("Title", "body") == passage_hash("", "Title\nbody")


def test_content_hash_is_stable_between_releases():
    document = Document(external_id="a", title="T", text="t", uri=None, metadata={"k": [1]})

    text_hash = hashlib.sha256(b'["T","t"]')
    whole = f'["{text_hash.hexdigest()}",null,{{"k":[1]}}]'
    assert document.text_hash == text_hash.digest()
    assert document.content_hash == hashlib.sha256(whole.encode()).digest()


@pytest.mark.parametrize("number", [10**30, -(10**30), 1e300, 2**63, math.inf, math.nan])
def test_numbers_that_would_not_come_back_are_refused_at_their_place(number):
    with pytest.raises(InvalidRequestError) as refusal:
        Document(external_id="a", text="t", metadata={"a": [{"n": number}]})

    assert refusal.value.field == "metadata.a[0].n"


def test_numbers_that_come_back_are_kept():
    Document(external_id="a", text="t", metadata={"a": [2**63 - 1, -(2**63) + 1, 1e-300, True]})
