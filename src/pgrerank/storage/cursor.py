"""Cursors of listings: the key of a page's last row, wrapped so that nobody builds on its form."""

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import TypeVar
from uuid import UUID

from pgrerank.domain.errors import InvalidRequestError
from pgrerank.domain.page import Page

Item = TypeVar("Item")


def page(rows: Sequence[Item], limit: int, key_of: Callable[[Item], str]) -> Page[Item]:
    """The first `limit` rows; where more were read, with the cursor that goes on behind them."""
    if len(rows) <= limit:
        return Page(items=rows, cursor=None)
    wrapped = base64.urlsafe_b64encode(key_of(rows[limit - 1]).encode())
    return Page(items=rows[:limit], cursor=wrapped.decode().rstrip("="))


def key(cursor: str | None) -> str | None:
    """The key in a cursor; None for the first page.

    Raises:
        InvalidRequestError: No listing gave this cursor.
    """
    if cursor is None:
        return None
    padded = cursor + "=" * (-len(cursor) % 4)
    try:
        found = base64.b64decode(padded, altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError):
        raise refusal() from None
    if not found or "\0" in found:
        raise refusal()
    return found


def identifier(cursor: str | None) -> UUID | None:
    """The id in the cursor of a listing whose key is one; None for the first page.

    Raises:
        InvalidRequestError: No listing gave this cursor.
    """
    found = key(cursor)
    try:
        return UUID(found) if found else None
    except ValueError:
        raise refusal() from None


def refusal() -> InvalidRequestError:
    """The error for a cursor that no listing gave."""
    return InvalidRequestError("cursor", "is not one this listing gave")
