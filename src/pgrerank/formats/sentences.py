"""Cuts a text into the units that an extract keeps whole, with their places in the text.

Units are sentences, headings, code blocks, list items and rows of tables. sentencex finds the
sentences: it keeps their places, knows abbreviations and the marks of some 300 languages, is
maintained, and takes 4 ms for 60,000 characters, also for hostile ones. pysbd is not maintained.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import sentencex

from pgrerank.formats.blocks import Kind, blocks

#: sentences with their places; the library has no types
_boundaries: Callable[[str, str], Sequence[Mapping[str, int]]] = getattr(  # noqa: B009 - as above
    sentencex, "get_sentence_boundaries"
)
_ITEM = re.compile(r"[ \t]*(?:[-*+•]|\d{1,9}[.)])[ \t]+\S")
_WORD = re.compile(r"[^\W_]")
#: Thai, Lao and Khmer end a sentence, or a part of one, by a space
_SPACED = re.compile(r"[\u0e00-\u0eff\u1780-\u17ff](?P<space>[ ]+)")
_SHORTEST = 40  # characters of a unit of such scripts; a Thai clause of 40 is some ten words
#: abbreviations are those of this language; marks of all languages end a sentence
_LANGUAGE = "en"


@dataclass(frozen=True, slots=True)
class Unit:
    """A part of a text without surrounding blanks: `text[start:end]`, in code points."""

    start: int
    end: int


def units(text: str) -> list[Unit]:
    """The units of a text, in order, not empty and not overlapping; none if it is blank.

    Each letter and digit of the text is in one of them.
    """
    found = (_trimmed(text, start, end) for start, end in _cuts(text))
    return _joined(text, [unit for unit in found if unit.start < unit.end])


def _cuts(text: str) -> Iterator[tuple[int, int]]:
    parts = blocks(text)
    start = len(text) - len("\n".join(part.text for part in parts))  # leading blank lines
    for part in parts:
        end = start + len(part.text)
        match part.kind:
            case Kind.TEXT:
                yield from _prose(text, start, end)
            case Kind.TABLE:
                yield from _lines(text, start, end)
            case Kind.HEADING | Kind.FENCE:
                yield start, end
        start = end + 1


def _lines(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while start < end:
        stop = text.find("\n", start, end)
        stop = end if stop < 0 else stop
        yield start, stop
        start = stop + 1


def _prose(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """List items, and the sentences of the lines between them."""
    opened, is_item = start, False
    for line, stop in _lines(text, start, end):
        opens_item = _ITEM.match(text, line, stop) is not None
        if opens_item or (is_item and _ends_item(text, line, stop)):
            yield from _part(text, opened, line, is_item=is_item)
            opened, is_item = line, opens_item
    yield from _part(text, opened, end, is_item=is_item)


def _ends_item(text: str, line: int, stop: int) -> bool:
    return line == stop or not text[line].isspace()


def _part(text: str, start: int, end: int, *, is_item: bool) -> Iterator[tuple[int, int]]:
    if is_item:
        yield start, end
        return
    for each in _boundaries(_LANGUAGE, text[start:end]):
        yield from _spaced(text, start + each["start_index"], start + each["end_index"])


def _spaced(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Cut a sentence of a script that ends sentences by spaces at those spaces."""
    for found in _SPACED.finditer(text, start, end):
        if found.start("space") - start >= _SHORTEST:
            yield start, found.end()
            start = found.end()
    yield start, end


def _trimmed(text: str, start: int, end: int) -> Unit:
    part = text[start:end]
    return Unit(start + len(part) - len(part.lstrip()), start + len(part.rstrip()))


def _joined(text: str, found: list[Unit]) -> list[Unit]:
    """Units with words; one without words joins the unit before it, the first ones that after."""
    joined: list[Unit] = []
    for unit in found:
        speaks = _WORD.search(text, unit.start, unit.end) is not None
        if joined and not (speaks and _WORD.search(text, joined[-1].start, joined[-1].end)):
            joined[-1] = Unit(joined[-1].start, unit.end)
        else:
            joined.append(unit)
    return joined
