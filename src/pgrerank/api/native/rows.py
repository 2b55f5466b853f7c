"""Documents as they come in: a JSON array, or one JSON object a line (NDJSON)."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import msgspec
from litestar import Request
from litestar.exceptions import InternalServerException
from msgspec import Raw

from pgrerank.api import media
from pgrerank.api.errors import HungUpError, UnsupportedMediaTypeError
from pgrerank.api.native.schemas import NewDocument
from pgrerank.domain.document import Document
from pgrerank.domain.errors import InvalidRequestError, TooLargeError
from pgrerank.domain.ingest import Rejection
from pgrerank.domain.limits import Limits

#: rows read in one go before others get their turn on the event loop
TURN = 64
#: bytes of a line beyond those of its text
LINE_OVERHEAD = 1024 * 1024
#: bytes that JSON may spend on a character: an escaped surrogate pair
BYTES_PER_CHARACTER = 12

Row = Document | Rejection
_ARRAY = msgspec.json.Decoder(list[Raw])
_ROW = msgspec.json.Decoder(NewDocument)


def rows(request: Request[Any, Any, Any], limits: Limits) -> AsyncIterator[Row]:
    """The rows of an ingest request, each a document or why it is none.

    Raises:
        UnsupportedMediaTypeError: The body is neither JSON nor NDJSON.
        InvalidRequestError: The body is no JSON array at all.
        TooLargeError: More rows than allowed, or a line without an end.
    """
    stated = media.given(request)
    if stated == media.JSON:
        return _read(_array(request, limits), limits)
    if stated in media.NDJSON_NAMES:
        return _read(_lines(request, limits), limits)
    raise UnsupportedMediaTypeError(stated, [media.JSON, media.NDJSON])


async def _read(
    texts: AsyncIterator[tuple[int, bytes | Raw]], limits: Limits
) -> AsyncIterator[Row]:
    count = 0
    async for line, text in texts:
        count += 1
        if count > limits.documents:
            raise _too_many(count, limits)
        if count % TURN == 0:
            await asyncio.sleep(0)
        yield _row(line, text, limits)


def _row(line: int, text: bytes | Raw, limits: Limits) -> Row:
    sent: NewDocument | None = None
    try:
        sent = _ROW.decode(text)
        _check_length(sent, limits)
        return sent.document()
    except (msgspec.MsgspecError, InvalidRequestError, TooLargeError) as error:
        return Rejection(line=line, reason=str(error), external_id=sent.id if sent else None)
    except RecursionError:
        return Rejection(line=line, reason="is nested too deeply")


def _check_length(sent: NewDocument, limits: Limits) -> None:
    if len(sent.text) > limits.document_characters:
        raise TooLargeError(
            "text", size=len(sent.text), limit=limits.document_characters, unit="characters"
        )


async def _array(request: Request[Any, Any, Any], limits: Limits) -> AsyncIterator[tuple[int, Raw]]:
    body = b"".join([part async for part in _received(request)])
    try:
        parts = _ARRAY.decode(body)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise InvalidRequestError("body", f"must be a JSON array of documents: {error}") from error
    if len(parts) > limits.documents:
        raise _too_many(len(parts), limits)
    for line, part in enumerate(parts, start=1):
        yield line, part


async def _lines(
    request: Request[Any, Any, Any], limits: Limits
) -> AsyncIterator[tuple[int, bytes]]:
    """Number and text of each line that is not blank. Keeps one unfinished line in memory."""
    unfinished = bytearray()
    number = 0
    async for part in _received(request):
        searched = len(unfinished)
        unfinished += part
        while (end := unfinished.find(b"\n", searched)) >= 0:
            number += 1
            text = bytes(unfinished[:end]).strip()
            del unfinished[: end + 1]
            searched = 0
            if text:
                yield number, text
        _check_line(len(unfinished), limits)
    if text := bytes(unfinished).strip():
        yield number + 1, text


def _check_line(size: int, limits: Limits) -> None:
    limit = limits.document_characters * BYTES_PER_CHARACTER + LINE_OVERHEAD
    if size > limit:
        raise TooLargeError("line", size=size, limit=limit, unit="bytes")


async def _received(request: Request[Any, Any, Any]) -> AsyncIterator[bytes]:
    try:
        async for part in request.stream():
            yield part
    except InternalServerException as error:  # Litestar's word for a caller that hung up
        raise HungUpError from error


def _too_many(count: int, limits: Limits) -> TooLargeError:
    return TooLargeError("documents", size=count, limit=limits.documents, unit="documents")
