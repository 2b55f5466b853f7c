"""Listwise ordering by a language model: windows over a list, and parsing of its answers.

Sun et al. 2023, Is ChatGPT Good at Search? (https://arxiv.org/abs/2304.09542): a window slides from
the end of the list to its head, so that good passages move up step by step.
"""

import re
from collections.abc import Iterator

_BRACKETED = re.compile(r"\[\s*(\d{1,9})\s*\]")
_BARE = re.compile(r"\d{1,9}")


def windows(count: int, size: int, step: int) -> Iterator[range]:
    """Windows of places that are ordered together, from the end of a list to its head.

    Args:
        count: Length of the list.
        size: Places in a window.
        step: Step of the window, less than `size`, so that its best are also in the next window.
    """
    end = count
    while end > size:
        yield range(end - size, end)
        end -= step
    yield range(end)


def permutation(answer: str, count: int) -> list[int]:
    """Places of a window, from 0, best first, from a language model's answer, which counts from 1.

    Invented ids are dropped, repeated ones count once, and missing ones come last in their previous
    order.

    Args:
        answer: For example `[2] > [1] > [3]`.
        count: Places in the window.
    """
    numbers = _BRACKETED.findall(answer) or _BARE.findall(answer)
    places = [int(each) - 1 for each in numbers]
    valid = dict.fromkeys(place for place in places if 0 <= place < count)
    return [*valid, *(place for place in range(count) if place not in valid)]


def is_answer(answer: str, count: int) -> bool:
    """Whether an answer names at least one place of the window."""
    return any(0 < int(each) <= count for each in _BARE.findall(answer))
