"""Pages of listings."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Item_co = TypeVar("Item_co", covariant=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[Item_co]):
    """Some items of a listing, and the cursor of the next page; None on the last page."""

    items: Sequence[Item_co]
    cursor: str | None
