"""Documents and rejections of a sequence of sources."""

import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import PurePosixPath
from typing import BinaryIO

from pgrerank.domain.document import MAX_ID_CHARACTERS, MAX_TITLE_CHARACTERS, Document
from pgrerank.domain.errors import InvalidRequestError, TooLargeError
from pgrerank.domain.ingest import Rejection
from pgrerank.formats import front_matter, html, jsonl, markdown
from pgrerank.formats.blocks import Kind, blocks, has_words
from pgrerank.formats.document_row import Repetitions, check_length
from pgrerank.formats.row import Row, UnreadableRowError, decode, in_utf8
from pgrerank.formats.source import FileSource, Format

#: longest allowed file that is one document, in bytes
MAX_FILE_BYTES = 32 * 1024 * 1024
#: the same of formats that hold pictures and fonts besides text
MAX_BINARY_BYTES = 256 * 1024 * 1024
#: formats that are no text, with the module that reads them
_BINARY = {Format.PDF: "pypdf", Format.DOCX: "mammoth"}
_BYTES_OF_A_CHARACTER = 4
_LONGEST_REASON = 500


def rows(sources: Iterable[FileSource], *, max_characters: int) -> Iterator[Row]:
    """Documents and rejections of all sources.

    If an id occurs twice, both rows are returned, so the later replaces the earlier; a rejection
    of the earlier row says so.

    Args:
        sources: The files to read, in this order.
        max_characters: Longest allowed text of a document.
    """
    repetitions = Repetitions()
    for source in sources:
        for row in _read(source, max_characters):
            yield from _duplicate_rejections(row, repetitions)
            yield row


def _read(source: FileSource, max_characters: int) -> Iterator[Row]:
    if source.fault is not None:
        yield _row(source, _rejection(source, source.fault), 0)
        return
    try:
        if source.path is None:
            yield from _source_rows(source, sys.stdin.buffer, max_characters)
            return
        with source.path.open("rb") as stream:
            yield from _source_rows(source, stream, max_characters)
    except OSError as error:
        yield _row(source, _rejection(source, f"cannot be read: {error.strerror}"), source.size)


def _source_rows(source: FileSource, stream: BinaryIO, max_characters: int) -> Iterator[Row]:
    if source.format is Format.JSONL:
        yield from jsonl.rows(
            stream, source.name, max_characters=max_characters, encoding=source.encoding
        )
        return
    data = stream.read(_most_bytes(source.format) + 1)
    yield _row(source, _whole(source, data, max_characters), source.size)


def _whole(source: FileSource, data: bytes, max_characters: int) -> Document | Rejection:
    try:
        document = _document(source, data, max_characters)
        check_length(document, max_characters)
    except (UnreadableRowError, InvalidRequestError, TooLargeError) as error:
        return _rejection(source, str(error))
    except Exception as error:  # noqa: BLE001 - third-party parsers on untrusted files
        # A parser's failure on one file must not stop the others.
        return _rejection(source, f"cannot be read as {source.format}: {error!r}"[:_LONGEST_REASON])
    return document


def _rejection(source: FileSource, reason: str) -> Rejection:
    return Rejection(line=1, reason=reason, external_id=source.name[:MAX_ID_CHARACTERS])


def _most_bytes(form: Format) -> int:
    return MAX_BINARY_BYTES if form in _BINARY else MAX_FILE_BYTES


def _document(source: FileSource, data: bytes, max_characters: int) -> Document:
    if len(data) > _most_bytes(source.format):
        raise UnreadableRowError(f"the file is larger than {_most_bytes(source.format)} bytes")
    if source.format in _BINARY:
        document = _binary(source, data, max_characters)
    else:
        document = _of_text(source, data, max_characters)
    if not (document.text.strip() or document.title):
        raise UnreadableRowError("has no text")
    return document


def _of_text(source: FileSource, data: bytes, max_characters: int) -> Document:
    most = (max_characters + front_matter.MAX_CHARACTERS) * _BYTES_OF_A_CHARACTER
    if source.format is not Format.HTML and len(data) > most:
        raise UnreadableRowError(f"the file is larger than {max_characters} characters can be")
    return _READERS[source.format](source.name, in_utf8(data, source.encoding))


def _binary(source: FileSource, data: bytes, max_characters: int) -> Document:
    try:
        if source.format is Format.PDF:
            from pgrerank.formats import pdf  # noqa: PLC0415 - of an extra

            return pdf.document(source.name, data, max_characters)
        from pgrerank.formats import word  # noqa: PLC0415 - of an extra

        return word.document(source.name, data)
    except ModuleNotFoundError as error:
        raise UnreadableRowError(
            f"needs {_BINARY[source.format]}: pip install 'pgrerank[documents]'"
        ) from error


def _plain(external_id: str, data: bytes) -> Document:
    """A text file; its title is the underlined heading at its beginning, else the file's name."""
    text = decode(data).replace("\r\n", "\n").strip()
    opening = next(iter(blocks(text)), None)
    if opening is not None and opening.kind is Kind.HEADING and has_words(opening.text):
        words = next(line.strip() for line in opening.text.split("\n") if has_words(line))
        if len(words) <= MAX_TITLE_CHARACTERS:
            rest = text.removeprefix(opening.text).strip()
            return Document(external_id=external_id, title=words, text=rest)
    return Document(external_id=external_id, title=PurePosixPath(external_id).stem, text=text)


_READERS: dict[Format, Callable[[str, bytes], Document]] = {
    Format.MARKDOWN: markdown.document,
    Format.TEXT: _plain,
    Format.HTML: html.document,
}


def _row(source: FileSource, item: Document | Rejection, position: int) -> Row:
    return Row(source=source.name, line=1, item=item, position=position)


def _duplicate_rejections(row: Row, repetitions: Repetitions) -> Iterator[Row]:
    if isinstance(row.item, Rejection):
        return
    found = repetitions.record(row.item.external_id, row.source, row.line)
    if found:
        source, rejection = found
        yield replace(row, source=source, line=rejection.line, item=rejection)
