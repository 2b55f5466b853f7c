"""Splitting of text into blocks (headings, code, tables, prose), so that chunks keep them whole.

A Markdown parser (markdown-it-py) takes 6 s for a list of 100,000 items and does not know the
underlined headings of reStructuredText. Scanning line by line takes 0.2 s for the same list.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

_LINK_TARGET = re.compile(r"\]\([^()\s]*\)|<[^<>\s]+>")
_WORD = re.compile(r"[^\W_]")
_FENCE = re.compile(r"[ \t]*(`{3,}|~{3,})")
_HEADING = re.compile(r" {0,3}#{1,6}(?:[ \t]|$)")
#: underline of a heading, in Markdown or with any character that reStructuredText allows
_UNDERLINE = re.compile(r"([^\w\s|<>])\1{2,}[ \t]*$", re.ASCII)
_DELIMITERS = re.compile(r"[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$")
_OF_MARKDOWN = ("=", "-")
_USUAL_FENCE = 3  # characters; more of them may be the underline of a heading


class Kind(StrEnum):
    """The kind of a block."""

    #: headings, rules and other markup without content of its own
    HEADING = "heading"
    FENCE = "fence"
    TABLE = "table"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Block:
    """Whole lines of a text."""

    kind: Kind
    text: str

    @property
    def says_something(self) -> bool:
        """Whether it has words other than a heading or the opening line of a fence."""
        body = self.text.partition("\n")[2] if self.kind is Kind.FENCE else self.text
        return self.kind is not Kind.HEADING and has_words(body)


def blocks(text: str) -> list[Block]:
    """All lines of a text as blocks, in order. Adjacent lines of prose are one block."""
    lines = text.split("\n")
    blocks: list[Block] = []
    prose = start = 0
    while start < len(lines):
        kind, end = _at(lines, start)
        if kind is not Kind.TEXT:
            _add(blocks, Kind.TEXT, lines[prose:start])
            _add(blocks, kind, lines[start:end])
            prose = end
        start = end
    _add(blocks, Kind.TEXT, lines[prose:])
    return blocks


def has_words(text: str) -> bool:
    """Whether there is a letter or digit outside of link targets."""
    return _WORD.search(_LINK_TARGET.sub("]", text)) is not None


def says_something(text: str) -> bool:
    """Whether a text has words other than headings and the opening lines of fences."""
    return any(block.says_something for block in blocks(text))


def _add(blocks: list[Block], kind: Kind, lines: Sequence[str]) -> None:
    """Add a block, or append blank lines to the previous one."""
    text = "\n".join(lines)
    if text.strip():
        blocks.append(
            Block(kind if kind is not Kind.TEXT or has_words(text) else Kind.HEADING, text)
        )
    elif lines and blocks:
        blocks[-1] = replace(blocks[-1], text=f"{blocks[-1].text}\n{text}")


def _at(lines: Sequence[str], start: int) -> tuple[Kind, int]:
    """Kind of the block that begins at line `start`, and the index of the line after it."""
    height = _heading_lines(lines, start) or int(_HEADING.match(lines[start]) is not None)
    if height:
        return Kind.HEADING, start + height
    if fence := _FENCE.match(lines[start]):
        return Kind.FENCE, _behind_fence(lines, start, fence[1])
    if "|" in lines[start] and _is_delimiter("".join(lines[start + 1 : start + 2])):
        return Kind.TABLE, _behind_table(lines, start + 2)
    return Kind.TEXT, start + 1


def _heading_lines(lines: Sequence[str], start: int) -> int:
    """Number of lines of an underlined, or over- and underlined heading; 0: no heading."""
    if start > 0 and lines[start - 1].strip():
        return 0
    first, second, third = (line.strip() for line in (*lines[start : start + 3], "", "")[:3])
    if _is_line(lines[start]) and first == third and has_words(second):
        return 3
    below = lines[start + 1] if second else ""
    fits = len(second) >= len(first) or second[:1] in _OF_MARKDOWN
    return 2 if has_words(first) and second and fits and _is_line(below) else 0


def _is_line(line: str) -> bool:
    if _UNDERLINE.match(line) is None:
        return False
    return line[0] not in "`~" or len(line.strip()) > _USUAL_FENCE


def _is_delimiter(line: str) -> bool:
    return "|" in line and _DELIMITERS.match(line) is not None


def _behind_fence(lines: Sequence[str], start: int, marks: str) -> int:
    """The line after a fence, which ends with at least as many of its marks, or with the text."""
    for place in range(start + 1, len(lines)):
        closing = lines[place].strip()
        if len(closing) >= len(marks) and closing == marks[0] * len(closing):
            return place + 1
    return len(lines)


def _behind_table(lines: Sequence[str], place: int) -> int:
    while place < len(lines) and "|" in lines[place]:
        place += 1
    return place
