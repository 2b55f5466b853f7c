"""Cursors of listings: the key of a page's last row, encoded so that clients treat it as opaque."""

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import TypeVar
from uuid import UUID

from pgrerank.domain.errors import InvalidRequestError
from pgrerank.domain.page import Page

Item = TypeVar("Item")


def page(rows: Sequence[Item], limit: int, key_of: Callable[[Item], str]) -> Page[Item]:
    """The first `limit` rows; if there are more, with the cursor of the next page."""
    if len(rows) <= limit:
        return Page(items=rows, cursor=None)
    return Page(items=rows[:limit], cursor=encode(key_of(rows[limit - 1])))


def encode(key: str) -> str:
    """The cursor of a key."""
    return base64.urlsafe_b64encode(key.encode()).decode().rstrip("=")


def key(cursor: str | None) -> str | None:
    """The key in a cursor; None for the first page.

    Raises:
        InvalidRequestError: No listing returned this cursor.
    """
    if cursor is None:
        return None
    padded = cursor + "=" * (-len(cursor) % 4)
    try:
        decoded = base64.b64decode(padded, altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError):
        raise refusal() from None
    if not decoded or "\0" in decoded:
        raise refusal()
    return decoded


def identifier(cursor: str | None) -> UUID | None:
    """The id in the cursor of a listing ordered by id; None for the first page.

    Raises:
        InvalidRequestError: No listing returned this cursor.
    """
    decoded = key(cursor)
    try:
        return UUID(decoded) if decoded else None
    except ValueError:
        raise refusal() from None


def refusal() -> InvalidRequestError:
    """The error for a cursor that no listing returned."""
    return InvalidRequestError("cursor", "is not a cursor that this listing returned")
