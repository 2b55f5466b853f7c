"""Run long computations outside the event loop.

All of them share one thread. More threads would not run in parallel, because of the interpreter
lock, but the event loop would wait for each of them to release it: 183 ms with four threads, 2 ms
with one.
"""

import asyncio
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TypeVar

T = TypeVar("T")

#: work on at most this many items runs in the event loop; more would block other requests too long
FEW = 256
#: characters of text that count as one item
_ITEM = 1024


async def offload(work: Callable[[], T], *, items: int = FEW + 1) -> T:
    """Run work at once if it has few items, else in the thread for long work.

    Args:
        work: The function to run.
        items: Number of items of the work; by default it counts as long.
    """
    if items <= FEW:
        return work()
    return await asyncio.get_running_loop().run_in_executor(_thread(), work)


async def in_thread(work: Callable[[], T], *, items: int) -> T:
    """Run work that releases the interpreter lock, such as tokenizing, in a thread.

    Args:
        work: The function to run.
        items: Number of items of the work. With many, it waits for other long work.
    """
    if items <= FEW:
        return await asyncio.to_thread(work)
    return await offload(work)


def items(values: Iterable[object]) -> int:
    """Number of items that values count as: long texts as several, containers as many."""
    return sum(1 + len(each) // _ITEM if isinstance(each, str) else FEW for each in values)


@cache
def _thread() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(1, thread_name_prefix="long-work")
