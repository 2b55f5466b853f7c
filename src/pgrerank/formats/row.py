"""What a reader gives: documents and rejections, with where they stood."""

import codecs
from dataclasses import dataclass

from pgrerank.domain.bounds import undecodable
from pgrerank.domain.document import MAX_TITLE_CHARACTERS, Document
from pgrerank.domain.ingest import Rejection


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of the input."""

    #: the file as messages name it
    source: str
    #: counted from 1; a document that is a whole file stands on line 1
    line: int
    item: Document | Rejection
    #: bytes of the file read so far
    position: int


class UnreadableRowError(Exception):
    """A row or file that holds no document.

    Args:
        reason: What is wrong with it, as a clause.
        external_id: The row's id, where it was found before the fault.
    """

    def __init__(self, reason: str, external_id: str | None = None) -> None:
        self.reason = reason
        self.external_id = external_id
        super().__init__(reason)


_BYTE_ORDER_MARKS = {
    codecs.BOM_UTF32_LE: "utf-32",  # before UTF-16, whose mark it begins with
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


def decode(data: bytes) -> str:
    """UTF-8 text, or what a byte order mark says it is, without that mark.

    Raises:
        UnreadableError: It is neither, or holds the NUL character, which Postgres cannot store.
    """
    mark = next((mark for mark in _BYTE_ORDER_MARKS if data.startswith(mark)), None)
    try:
        text = data.decode("utf-8-sig" if mark is None else _BYTE_ORDER_MARKS[mark])
    except UnicodeDecodeError as error:
        name = "UTF-8" if mark is None else _BYTE_ORDER_MARKS[mark].upper()
        raise UnreadableRowError(undecodable(data, error, name)) from error
    if "\0" in text:
        raise UnreadableRowError("holds the NUL character, so it is not text")
    return text


def fitting(title: str, text: str) -> tuple[str, str]:
    """Title and text; a title that is too long to be one opens the text instead."""
    return (title, text) if len(title) <= MAX_TITLE_CHARACTERS else ("", f"{title}\n\n{text}")
