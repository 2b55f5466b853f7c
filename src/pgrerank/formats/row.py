"""Rows that readers return: documents or rejections, with their positions."""

import codecs
from dataclasses import dataclass

from pgrerank.domain.bounds import undecodable
from pgrerank.domain.document import MAX_TITLE_CHARACTERS, Document
from pgrerank.domain.ingest import Rejection


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of the input."""

    #: name of the file in messages
    source: str
    #: counted from 1; 1 for a document that is a whole file
    line: int
    item: Document | Rejection
    #: bytes of the file read so far
    position: int


class UnreadableRowError(Exception):
    """A row or file is not a valid document.

    Args:
        reason: What is wrong, as a clause.
        external_id: The row's id, if it was found before the error.
    """

    def __init__(self, reason: str, external_id: str | None = None) -> None:
        self.reason = reason
        self.external_id = external_id
        super().__init__(reason)


_BYTE_ORDER_MARKS = {
    codecs.BOM_UTF32_LE: "utf-32",  # before UTF-16, since it begins with the mark of UTF-16
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


def decode(data: bytes) -> str:
    """Decode UTF-8, or the encoding of a byte order mark, which is removed.

    Raises:
        UnreadableRowError: The bytes are invalid in that encoding, or hold the NUL character, which
            PostgreSQL cannot store.
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


def in_utf8(data: bytes, encoding: str | None) -> bytes:
    """Bytes of an encoding as UTF-8, unless they have a byte order mark, or no encoding is named.

    Raises:
        UnreadableRowError: The bytes are invalid in that encoding; names the first and its place.
    """
    marks = (*_BYTE_ORDER_MARKS, codecs.BOM_UTF8)
    if encoding is None or data.startswith(marks):
        return data
    try:
        return data.decode(encoding).encode()
    except UnicodeDecodeError as error:
        raise UnreadableRowError(undecodable(data, error, encoding)) from error
    except UnicodeEncodeError as error:
        raise UnreadableRowError(f"not {encoding}: it holds half a surrogate pair") from error


def storable(text: str) -> str:
    """Text of a binary format without NUL characters and halves of surrogate pairs."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()


def fitting(title: str, text: str) -> tuple[str, str]:
    """Title and text; a title that is too long is moved to the beginning of the text."""
    return (title, text) if len(title) <= MAX_TITLE_CHARACTERS else ("", f"{title}\n\n{text}")
