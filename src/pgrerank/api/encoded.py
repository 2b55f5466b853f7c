"""Responses that are made and encoded in the thread for long work if they are long.

A response with 10,000 results would otherwise block the event loop for a tenth of a second.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar, cast

from litestar import MediaType, Response
from litestar.serialization import encode_json
from msgspec import Raw

from pgrerank.domain.offload import offload

T = TypeVar("T")
Item = TypeVar("Item")


async def respond(
    make: Callable[[], T], *, items: int, headers: Mapping[str, str] | None = None
) -> Response[T]:
    """A JSON response.

    Args:
        make: Makes its content.
        items: Number of items in it.
        headers: Headers of the response.
    """
    content = await offload(lambda: encode_json(make()), items=items)
    return Response(cast("T", content), headers=headers, media_type=MediaType.JSON)


async def encode_rows(make: Callable[[Item], T], given: Sequence[Item]) -> list[T]:
    """Rows of a response as JSON; the encoder of the response copies them."""
    return await encode_all(lambda: map(make, given), items=len(given))


async def encode_all(make: Callable[[], Iterable[T]], *, items: int) -> list[T]:
    """Rows as of `encode_rows`, made together; `items` is their number."""

    def rows() -> list[Raw]:
        return [Raw(encode_json(each)) for each in make()]

    return cast("list[T]", await offload(rows, items=items))
