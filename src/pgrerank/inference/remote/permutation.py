"""Listwise ordering by a language model: windows over a list, and what its answer says of one.

Sun et al. 2023, Is ChatGPT Good at Search? (https://arxiv.org/abs/2304.09542): a window slides from
the end of the list to its head, so that what is good climbs step by step.
"""

import re
from collections.abc import Iterator

_THOUGHT = re.compile(r"<think>.*?(?:</think>|$)", re.DOTALL)
_BRACKETED = re.compile(r"\[\s*(\d{1,9})\s*\]")
_BARE = re.compile(r"\d{1,9}")


def windows(count: int, size: int, step: int) -> Iterator[range]:
    """Places that are ordered together, from the end of a list to its head.

    Args:
        count: Length of the list.
        size: Places of a window.
        step: How far it then moves, less than `size`, so that the best of it meet the next.
    """
    end = count
    while end > size:
        yield range(end - size, end)
        end -= step
    yield range(end)


def permutation(answer: str, count: int) -> list[int]:
    """Places of a window from 0, best first, as a language model's answer has them from 1.

    Ids that it invented are dropped, of ids that it repeated the first counts, and those that it
    left out come last, in the order they had. What it thought aloud before is not read.

    Args:
        answer: Such as `[2] > [1] > [3]`.
        count: Places of the window.
    """
    said = _THOUGHT.sub("", answer)
    found = _BRACKETED.findall(said) or _BARE.findall(said)
    named = [int(each) - 1 for each in found]
    known = dict.fromkeys(place for place in named if 0 <= place < count)
    return [*known, *(place for place in range(count) if place not in known)]


def is_answer(answer: str, count: int) -> bool:
    """Whether it names at least one place of the window: else the model did not do as asked."""
    said = _THOUGHT.sub("", answer)
    return any(0 < int(each) <= count for each in _BARE.findall(said))
