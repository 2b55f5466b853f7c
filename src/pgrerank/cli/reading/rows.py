"""Sources read one after the other."""

import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import PurePosixPath
from typing import BinaryIO

from pgrerank.cli.reading import html, jsonl, markdown
from pgrerank.cli.reading.row import Row, UnreadableError, decoded
from pgrerank.cli.reading.source import Format, Source
from pgrerank.domain.document import Document
from pgrerank.domain.ingest import Rejection

#: bytes a file that is one document may have
MAX_FILE_BYTES = 32 * 1024 * 1024


def rows(sources: Iterable[Source], *, max_characters: int) -> Iterator[Row]:
    """Documents and rejections of all sources.

    Where an id comes twice, both rows are given, so the later replaces the earlier; a rejection
    for the earlier says so.

    Args:
        sources: What to read, in this order.
        max_characters: Longest text a document may have.
    """
    seen: dict[str, tuple[str, int]] = {}
    for source in sources:
        for row in _read(source):
            checked = _within(row, max_characters)
            yield from _replaced(checked, seen)
            yield checked


def _read(source: Source) -> Iterator[Row]:
    try:
        if source.path is None:
            yield from _opened(source, sys.stdin.buffer)
            return
        with source.path.open("rb") as stream:
            yield from _opened(source, stream)
    except OSError as error:
        reason = f"cannot be read: {error.strerror}"
        yield _row(source, Rejection(line=1, reason=reason, external_id=source.name), source.size)


def _opened(source: Source, stream: BinaryIO) -> Iterator[Row]:
    if source.format is Format.JSONL:
        yield from jsonl.rows(stream, source.name)
        return
    data = stream.read(MAX_FILE_BYTES + 1)
    yield _row(source, _whole(source, data), source.size)


def _whole(source: Source, data: bytes) -> Document | Rejection:
    try:
        return _document(source, data)
    except UnreadableError as error:
        return Rejection(line=1, reason=error.reason, external_id=source.name)


def _document(source: Source, data: bytes) -> Document:
    if len(data) > MAX_FILE_BYTES:
        raise UnreadableError(f"the file is larger than {MAX_FILE_BYTES} bytes")
    document = _READERS[source.format](source.name, data)
    if not (document.text.strip() or document.title):
        raise UnreadableError("has no text")
    return document


def _plain(external_id: str, data: bytes) -> Document:
    return Document(
        external_id=external_id, title=PurePosixPath(external_id).stem, text=decoded(data).strip()
    )


_READERS: dict[Format, Callable[[str, bytes], Document]] = {
    Format.MARKDOWN: markdown.document,
    Format.TEXT: _plain,
    Format.HTML: html.document,
}


def _row(source: Source, item: Document | Rejection, position: int) -> Row:
    return Row(source=source.name, line=1, item=item, position=position)


def _within(row: Row, max_characters: int) -> Row:
    if isinstance(row.item, Rejection) or len(row.item.text) <= max_characters:
        return row
    reason = f"the text has {len(row.item.text)} characters, over the limit of {max_characters}"
    item = Rejection(line=row.line, reason=reason, external_id=row.item.external_id)
    return replace(row, item=item)


def _replaced(row: Row, seen: dict[str, tuple[str, int]]) -> Iterator[Row]:
    if isinstance(row.item, Rejection):
        return
    external_id = row.item.external_id
    if external_id in seen:
        source, line = seen[external_id]
        reason = f"replaced by {row.source} line {row.line}, which has the same id"
        item = Rejection(line=line, reason=reason, external_id=external_id)
        yield replace(row, source=source, line=line, item=item)
    seen[external_id] = (row.source, row.line)
