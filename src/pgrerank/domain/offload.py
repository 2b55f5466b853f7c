"""Long work beside the event loop.

All long work shares one thread. In several threads it would still run one part at a time, but the
event loop would wait for each of them whenever it needs the interpreter: 183 ms beside four, 2 ms
beside one.
"""

import asyncio
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TypeVar

T = TypeVar("T")

#: items that are worked on at once, where the caller is: more take longer than others should wait
FEW = 256
#: characters of text that count as one item
_ITEM = 1024


async def offload(work: Callable[[], T], *, items: int = FEW + 1) -> T:
    """Do work at once where there are few items, else in the thread for long work.

    Args:
        work: What to do.
        items: How many items it has; without a number they are many.
    """
    if items <= FEW:
        return work()
    return await asyncio.get_running_loop().run_in_executor(_thread(), work)


async def in_thread(work: Callable[[], T], *, items: int) -> T:
    """Do work in a thread that lets the interpreter go, such as a tokenizer.

    Args:
        work: What to do.
        items: How many items it has. Many wait for other long work, few do not.
    """
    if items <= FEW:
        return await asyncio.to_thread(work)
    return await offload(work)


def items(values: Iterable[object]) -> int:
    """How many items values count as: long texts as several, and what may hold others as many."""
    return sum(1 + len(each) // _ITEM if isinstance(each, str) else FEW for each in values)


@cache
def _thread() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(1, thread_name_prefix="long-work")
