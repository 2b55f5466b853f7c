"""Listings read page by page to the end."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from pgrerank.domain.page import Page

#: rows per page
PAGE = 500

Item = TypeVar("Item")


async def everything(page: Callable[[str | None], Awaitable[Page[Item]]]) -> list[Item]:
    """Items of all pages; `page` returns the page at a cursor, None for the first."""
    items: list[Item] = []
    cursor: str | None = None
    while True:
        part = await page(cursor)
        items.extend(part.items)
        cursor = part.cursor
        if cursor is None:
            return items
