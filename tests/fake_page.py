"""Pages of a listing in memory, with cursors like those of storage."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from pgrerank.domain.page import Page
from pgrerank.storage import cursor as cursors

Item = TypeVar("Item")


def page(
    items: Sequence[Item],
    key_of: Callable[[Item], object],
    *,
    limit: int,
    cursor: str | None,
    is_newest_first: bool = False,
) -> Page[Item]:
    """A page in the order of the keys; in reverse if `is_newest_first`."""
    after = cursors.key(cursor)
    in_order = sorted(items, key=lambda each: str(key_of(each)), reverse=is_newest_first)
    left = [
        each
        for each in in_order
        if after is None
        or (str(key_of(each)) < after if is_newest_first else str(key_of(each)) > after)
    ]
    return cursors.page(left, limit, lambda each: str(key_of(each)))
