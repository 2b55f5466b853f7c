"""Packs blocks into chunks: headings stay with their text, code and tables whole if they fit."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from pgrerank.formats.blocks import Block, Kind, blocks, says_something

#: splits prose into pieces of at most the given number of tokens
Cut = Callable[[str, int], list[str]]
#: tokens of each text
Count = Callable[[Sequence[str]], Sequence[int]]
_LEAST = 8  # minimum tokens of a piece, however long the repeated head


@dataclass(frozen=True, slots=True)
class _Unit:
    """A piece of text that is not split further."""

    text: str
    tokens: int
    #: whether it starts with a heading, so that a chunk may begin here
    opens: bool
    #: whether it continues the previous unit, and may overlap with it
    continues: bool = False


class Packer:
    """Fills chunks with the blocks of a text.

    Args:
        cut: Splits prose.
        count: Counts tokens.
        room: Maximum tokens of a chunk.
    """

    def __init__(self, cut: Cut, count: Count, room: int) -> None:
        self._cut = cut
        self._count = count
        self._room = room

    def contents(self, text: str) -> list[str]:
        """Chunks in order, each with words in it if the text has any."""
        contents = list(self._fill(self._units(blocks(text))))
        return self.merge([content for each in contents if (content := each.strip("\n").rstrip())])

    def _units(self, parts: Sequence[Block]) -> Iterator[_Unit]:
        sections: list[tuple[str, Block]] = []
        heads: list[str] = []
        for part in parts:
            if part.says_something:
                sections.append(("\n".join(heads), part))
                heads = []
            else:
                heads.append(part.text)
        tail = "\n".join(heads)
        if tail and not sections:
            yield self._unit(tail, opens=False)
        for place, (head, body) in enumerate(sections, start=1):
            yield from self._section(head, body, tail if place == len(sections) else "")

    def _section(self, head: str, body: Block, tail: str) -> Iterator[_Unit]:
        """A block with its headings, split if it does not fit; `tail` stays with its last piece."""
        whole = self._unit(_lines(head, body.text, tail), opens=bool(head))
        if whole.tokens <= self._room:
            yield whole
            return
        room = self._room - max(self._tokens(head), self._tokens(tail))
        if room < self._room // 2:  # more headings than text: they cannot be kept whole
            yield from map(self._rest, self._cut(head, self._room))
            yield from self._section("", body, "")
            yield from map(self._rest, self._cut(tail, self._room))
            return
        # Restores the blank line after a piece; without it a following rule would make the piece
        # a heading.
        pieces = [f"{piece}\n" for piece in self._pieces(body, room)]
        pieces = [*pieces[:-1], _lines(pieces[-1], tail)]
        yield self._unit(_lines(head, pieces[0]), opens=bool(head))
        yield from map(self._rest, pieces[1:])

    def _pieces(self, body: Block, room: int) -> list[str]:
        lines = body.text.rstrip().split("\n")
        if body.kind is Kind.FENCE:
            closed = len(lines) > 1 and not lines[-1].strip(" \t`~")
            end = lines[-1] if closed else lines[0].strip()[:3]
            return self._repeat_head(lines[0], lines[1 : -1 if closed else None], end, room)
        if body.kind is Kind.TABLE:
            return self._repeat_head("\n".join(lines[:2]), lines[2:], "", room)
        return self._cut(body.text, room)

    def _repeat_head(self, head: str, lines: Sequence[str], end: str, room: int) -> list[str]:
        """Pieces of the lines, each between `head` and `end`, such as the head of a table."""
        left = room - self._tokens(f"{head}\n{end}")
        if left < room // 3:
            return self._cut("\n".join([head, *lines, *([end] if end else [])]), room)
        bodies = self._fill_lines(lines, max(left, _LEAST))
        return ["\n".join([head, body, *([end] if end else [])]) for body in bodies]

    def _fill_lines(self, lines: Sequence[str], room: int) -> list[str]:
        cut = (
            part
            for line, tokens in zip(lines, self._count(lines), strict=True)
            for part in (self._cut(line, room) if tokens > room else [line])
        )
        units = (self._unit(line, opens=False) for line in cut)
        return [each for each in _join(units, room) if each.strip()]

    def _fill(self, units: Iterator[_Unit]) -> Iterator[str]:
        return _join(units, self._room)

    def _unit(self, text: str, *, opens: bool) -> _Unit:
        return _Unit(text, self._tokens(text), opens)

    def _rest(self, text: str) -> _Unit:
        return _Unit(text, self._tokens(text), opens=False, continues=True)

    def _tokens(self, text: str) -> int:
        return self._count([text])[0]

    def merge(self, contents: Sequence[str]) -> list[str]:
        """Merge chunks without words into the previous chunk, or else into the next."""
        merged: list[str] = []
        for content in contents:
            speak = bool(merged) and says_something(merged[-1]) and says_something(content)
            if merged and not speak and self._fits(merged[-1], content):
                merged[-1] = f"{merged[-1]}\n\n{content}"
            else:
                merged.append(content)
        return merged

    def _fits(self, first: str, second: str) -> bool:
        return self._tokens(f"{first}\n\n{second}") <= self._room + self._room // 4


def _lines(*texts: str) -> str:
    return "\n".join(text for text in texts if text)


def _join(units: Iterator[_Unit], room: int) -> Iterator[str]:
    """Join units until the next does not fit, or opens a section while the chunk is half full."""
    texts: list[str] = []
    tokens = 0
    for unit in units:
        full = tokens + unit.tokens > room or (unit.opens and tokens > room // 2)
        if texts and (full or unit.continues):
            yield "\n".join(texts)
            texts, tokens = [], 0
        texts.append(unit.text)
        tokens += unit.tokens
    if texts:
        yield "\n".join(texts)
