"""Texts of neighbouring chunks, joined without what they share."""

from collections.abc import Iterable
from functools import reduce

#: the most chunks before and after a result that can be joined to it
MAX_NEIGHBOURS = 10
#: results from the first on that get a window
MAX_WINDOWS = 100
#: shortest text that counts as shared, in characters: a shorter one may be there by chance
_LEAST = 4
#: longest shared text that is looked for, in characters: the 32 tokens that chunks share
#: (inference/chunking.py), so that of repeated lines no more is taken for shared
_MOST = 512


def joined(contents: Iterable[str]) -> str:
    """The texts of consecutive chunks as one text; empty without chunks.

    What the end of a chunk shares with the beginning of the next appears once. Chunks that share
    nothing are on separate lines.
    """
    return reduce(_join, contents, "")


def _join(before: str, after: str) -> str:
    if not before:
        return after
    shared = _shared(before, after)
    return before + after[shared:] if shared else f"{before}\n{after}"


def _shared(before: str, after: str) -> int:
    """Length of the longest end of one text that begins the other, at the boundary of words."""
    beginning = after[:_LEAST]
    start = before.find(beginning, max(len(before) - _MOST, 0))
    while start >= 0:
        end = len(before) - start
        if after.startswith(before[start:]) and not (
            _is_inside_word(before, start) or _is_inside_word(after, end)
        ):
            return end
        start = before.find(beginning, start + 1)
    return 0


def _is_inside_word(text: str, place: int) -> bool:
    """Whether a word goes on at a place. Scripts without case may have no spaces: no."""
    return 0 < place < len(text) and all(
        each.isdecimal() or each.lower() != each.upper() for each in text[place - 1 : place + 1]
    )
