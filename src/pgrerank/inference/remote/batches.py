"""Splits texts into requests of limited size, and sends a few of them at once."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import TypeVar

from pgrerank.domain.errors import RemoteError

Item = TypeVar("Item")


def portions(sizes: Sequence[int], *, most: int, largest: int) -> Iterator[range]:
    """Indices of the texts of each request, in order.

    Args:
        sizes: Characters of each text.
        most: Maximum texts per request.
        largest: Maximum characters per request; a longer text is sent alone.
    """
    start = total = 0
    for place, size in enumerate(sizes):
        if place > start and (place - start == most or total + size > largest):
            yield range(start, place)
            start, total = place, 0
        total += size
    if sizes:
        yield range(start, len(sizes))


def in_order(placed: Sequence[tuple[int, Item]], count: int) -> list[Item] | None:
    """Values in the order of their indices; None unless each index below `count` has one value."""
    values = dict(placed)
    if len(placed) != count or set(values) != {*range(count)}:
        return None
    return [values[place] for place in range(count)]


async def each(
    portioned: Sequence[range], ask: Callable[[range], Awaitable[list[Item]]], *, at_once: int
) -> list[Item]:
    """Results of all portions, in order; at most `at_once` are requested concurrently.

    Raises:
        RemoteError: A request failed; the others are cancelled.
    """
    gate = asyncio.Semaphore(at_once)

    async def admitted(portion: range) -> list[Item]:
        async with gate:
            return await ask(portion)

    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(admitted(portion)) for portion in portioned]
    except* RemoteError as failures:
        failure = failures.exceptions[0]
    else:
        return [item for task in tasks for item in task.result()]
    raise failure
