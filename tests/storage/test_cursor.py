"""Cursors of listings: pages meet without gap or overlap, and nothing else is a cursor."""

import base64
from contextlib import suppress
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pgrerank.domain.errors import InvalidRequestError
from pgrerank.storage import cursor as cursors

#: keys that Postgres can store: external ids, names, ids
KEYS = st.text(
    st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=30
)


def listing(keys, limit, cursor):
    """A page of the keys in order, as a statement with `limit + 1` rows gives it."""
    after = cursors.key(cursor)
    rows = [each for each in sorted(keys) if after is None or each > after]
    return cursors.page(rows[: limit + 1], limit, lambda each: each)


@given(keys=st.sets(KEYS, max_size=20), limit=st.integers(1, 7))
def test_pages_meet_and_end_with_the_last_row(keys, limit):
    seen, cursor, pages = [], None, 0
    while pages == 0 or cursor is not None:
        page = listing(keys, limit, cursor)
        assert len(page.items) <= limit
        seen += page.items
        cursor, pages = page.cursor, pages + 1

    assert seen == sorted(keys)
    assert pages == max(-(-len(keys) // limit), 1)


@given(key=KEYS)
def test_a_cursor_needs_no_escaping_in_a_url_and_holds_its_key(key):
    page = cursors.page([key, "next"], 1, lambda each: each)

    assert set(page.cursor) <= set(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    )
    assert cursors.key(page.cursor) == key


def written(data):
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


@pytest.mark.parametrize(
    "cursor",
    ["", "=", "a", "!!!!", "ä", "+/+/", "a b c", written(b"\xff\xfe"), written(b"a\0b")],
)
def test_what_no_listing_returned_is_refused(cursor):
    for read in (cursors.key, cursors.identifier):
        with pytest.raises(InvalidRequestError, match="not a cursor"):
            read(cursor)


@given(cursor=st.text(max_size=40))
def test_any_text_is_a_cursor_or_refused(cursor):
    with suppress(InvalidRequestError):
        key = cursors.key(cursor)
        assert key
        assert "\0" not in key


@given(number=st.uuids())
def test_a_cursor_of_ids_is_read_as_an_id(number):
    assert cursors.identifier(written(str(number).encode())) == number
    assert cursors.identifier(None) is None
    with pytest.raises(InvalidRequestError):
        cursors.identifier(written(str(number)[:-1].encode()))


def test_rows_that_fit_a_page_have_no_next_one():
    ids = [UUID(int=number) for number in range(3)]

    assert cursors.page(ids, 3, str).cursor is None
    assert cursors.page([], 3, str) == cursors.page([], 1, str)
    assert cursors.identifier(cursors.page(ids, 2, str).cursor) == ids[1]
