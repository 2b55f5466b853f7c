"""JSON Lines: one object per line, with the same rules as requests (`formats/document_row.py`)."""

from collections.abc import Iterator
from typing import BinaryIO

from pgrerank.domain.document import Document
from pgrerank.domain.ingest import Rejection
from pgrerank.formats.document_row import BYTE_ORDER_MARK, first_id, is_blank, read_row
from pgrerank.formats.row import Row, UnreadableRowError, in_utf8

#: longest allowed line, in bytes
MAX_LINE_BYTES = 32 * 1024 * 1024


def rows(
    stream: BinaryIO,
    source: str,
    *,
    max_line_bytes: int = MAX_LINE_BYTES,
    max_characters: int | None = None,
    encoding: str | None = None,
) -> Iterator[Row]:
    """Each non-blank line as a document or a rejection.

    Args:
        stream: The lines.
        source: Name of the file in messages.
        max_line_bytes: Longest allowed line, in bytes.
        max_characters: Longest allowed text of a document. None: unlimited.
        encoding: Encoding of each line, in which a line break is one byte; None: UTF-8.
    """
    position = 0
    for line, (data, size) in enumerate(_lines(stream, max_line_bytes), start=1):
        position += size
        if size > max_line_bytes:
            reason = f"the line is longer than {max_line_bytes} bytes"
            item = Rejection(line=line, reason=reason, external_id=first_id(data))
        elif not is_blank(data):
            item = _item(data, line, max_characters, encoding)
        else:
            continue
        yield Row(source=source, line=line, item=item, position=position)


def _item(
    data: bytes, line: int, max_characters: int | None, encoding: str | None
) -> Document | Rejection:
    try:
        return read_row(in_utf8(data, encoding), line, max_characters=max_characters)
    except UnreadableRowError as error:
        return Rejection(line=line, reason=error.reason, external_id=first_id(data))


def lines(stream: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Number and bytes of each non-blank line, without a byte order mark."""
    for line, data in enumerate(stream, start=1):
        if not is_blank(data):
            yield line, data.removeprefix(BYTE_ORDER_MARK)


def _lines(stream: BinaryIO, longest: int) -> Iterator[tuple[bytes, int]]:
    """Lines and their sizes in bytes; only the beginning of a line that is too long is kept."""
    while data := stream.readline(longest + 1):
        size, rest = len(data), data
        while len(rest) > longest and not rest.endswith(b"\n"):
            rest = stream.readline(longest + 1)
            size += len(rest)
        yield data, size
