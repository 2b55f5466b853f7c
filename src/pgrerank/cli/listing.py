"""Listings read to their end."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from pgrerank.domain.page import Page

#: rows a page has, while a listing is read whole
PAGE = 500

Item = TypeVar("Item")


async def everything(page: Callable[[str | None], Awaitable[Page[Item]]]) -> list[Item]:
    """The items of all pages; `page` gives the one at a cursor, None being the first."""
    found: list[Item] = []
    cursor: str | None = None
    while True:
        part = await page(cursor)
        found.extend(part.items)
        cursor = part.cursor
        if cursor is None:
            return found
