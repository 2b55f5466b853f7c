"""Reads documents from a request body: a JSON array, or one JSON object per line (NDJSON)."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Sequence
from functools import partial
from typing import Any

import msgspec
from litestar import Request
from msgspec import Raw

from pgrerank.api import bounds, media
from pgrerank.api.bounds import BYTES_PER_CHARACTER, Scan
from pgrerank.api.errors import UnsupportedMediaTypeError
from pgrerank.api.received import AT_ONCE
from pgrerank.domain.document import Document
from pgrerank.domain.errors import InvalidRequestError, TooLargeError
from pgrerank.domain.ingest import Rejection
from pgrerank.domain.limits import Limits
from pgrerank.domain.offload import offload
from pgrerank.formats.document_row import BYTE_ORDER_MARK, Repetitions, first_id, is_blank, read_row

#: rows read before the event loop serves other tasks
TURN = 64
#: lines read before the event loop serves other tasks; most may be blank
LINES = 1024
#: bytes that a line may have beyond those of its text
LINE_OVERHEAD = 1024 * 1024

Row = Document | Rejection
_OPENING = re.compile(r"\s*\[\s*")
_SEPARATOR = re.compile(r"\s*(?:,\s*|(?=\]))")
_LENIENT = json.JSONDecoder()
_ARRAY = msgspec.json.Decoder(list[Raw])


def rows(request: Request[Any, Any, Any], limits: Limits) -> AsyncIterator[Row]:
    """The rows of an ingest request, each a document or the reason for its rejection.

    Raises:
        UnsupportedMediaTypeError: The body is neither JSON nor NDJSON.
        InvalidRequestError: The body is not a JSON array.
        TooLargeError: There are too many rows, or a line is too long.
    """
    stated = media.media_type(request)
    if stated == media.JSON:
        return _read(_array(request, limits), limits)
    if stated in media.NDJSON_NAMES:
        return _read(_lines(request, limits), limits)
    raise UnsupportedMediaTypeError(stated, [media.JSON, media.NDJSON])


async def _read(
    texts: AsyncIterator[tuple[int, bytes | Raw]], limits: Limits
) -> AsyncIterator[Row]:
    count = size = 0
    repetitions = Repetitions()
    async for line, text in texts:
        count += 1
        if count > limits.documents:
            raise _too_many(count, limits)
        data = bytes(text)
        size += len(data)
        if count % TURN == 0 or size > AT_ONCE:
            size = 0
            await asyncio.sleep(0)
        row = await _row(line, data, limits)
        if isinstance(row, Document) and (
            rejection := repetitions.record(row.external_id, "", line)
        ):
            yield rejection[1]
        yield row


async def _row(line: int, data: bytes, limits: Limits) -> Row:
    if len(data) <= AT_ONCE:
        return _bounded_row(line, data, limits)
    return await offload(partial(_bounded_row, line, data, limits))


def _bounded_row(line: int, data: bytes, limits: Limits) -> Row:
    """A row. Its size is checked before it is decoded."""
    try:
        Scan(bounds.row(limits), "row").feed(data)
    except (TooLargeError, InvalidRequestError) as error:
        return Rejection(line=line, reason=str(error), external_id=first_id(data))
    return read_row(data, line, max_characters=limits.document_characters)


async def _array(
    request: Request[Any, Any, Any], limits: Limits
) -> AsyncIterator[tuple[int, bytes | Raw]]:
    body = b"".join([part async for part in request.stream()])
    body = body.removeprefix(BYTE_ORDER_MARK)
    parts = await offload(partial(_parts, body))
    if len(parts) > limits.documents:
        raise _too_many(len(parts), limits)
    for line, part in enumerate(parts, start=1):
        yield line, part


def _parts(body: bytes) -> Sequence[bytes | Raw]:
    try:
        return _ARRAY.decode(body)
    except RecursionError as error:  # too deep for any decoder to find where a row ends
        raise InvalidRequestError("body", "holds a document that is nested too deeply") from error
    except msgspec.MsgspecError as error:
        if (parts := _faulty_parts(body)) is not None:
            return parts
        raise InvalidRequestError("body", f"must be a JSON array of documents: {error}") from error


def _faulty_parts(body: bytes) -> Sequence[bytes] | None:
    """The rows of an array that contains NaN or a lone surrogate. Reading a row finds the fault.

    Python's own decoder accepts both and reports where a row ends. None: it is not an array.
    """
    text = body.decode(errors="surrogateescape")
    parts: list[bytes] = []
    try:
        start = _behind(_OPENING, text, 0)
        while text[start] != "]":
            _, end = _LENIENT.raw_decode(text, start)
            parts.append(text[start:end].encode(errors="surrogateescape"))
            start = _behind(_SEPARATOR, text, end)
    except (ValueError, IndexError, RecursionError):
        return None
    return None if text[start + 1 :].strip() else parts


def _behind(pattern: re.Pattern[str], text: str, start: int) -> int:
    match = pattern.match(text, start)
    if match is None:
        raise ValueError
    return match.end()


async def _lines(
    request: Request[Any, Any, Any], limits: Limits
) -> AsyncIterator[tuple[int, bytes]]:
    """Number and text of each line that is not blank. Buffers only the incomplete last line."""
    unfinished = bytearray()
    number = 0
    async for part in request.stream():
        searched = len(unfinished)
        unfinished += part
        while (end := unfinished.find(b"\n", searched)) >= 0:
            number += 1
            if number % LINES == 0:
                await asyncio.sleep(0)
            text = bytes(unfinished[:end])
            del unfinished[: end + 1]
            searched = 0
            if not is_blank(text):
                yield number, text
        _check_line(len(unfinished), limits)
    if not is_blank(text := bytes(unfinished)):
        yield number + 1, text


def _check_line(size: int, limits: Limits) -> None:
    limit = limits.document_characters * BYTES_PER_CHARACTER + LINE_OVERHEAD
    if size > limit:
        raise TooLargeError("line", size=size, limit=limit, unit="bytes")


def _too_many(count: int, limits: Limits) -> TooLargeError:
    return TooLargeError("documents", size=count, limit=limits.documents, unit="documents")
