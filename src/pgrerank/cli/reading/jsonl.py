"""JSON Lines in the form of BEIR corpora: `_id`, `title`, `text`, `metadata`, one object a line.

`uri` and `sparse`, learned sparse weights by token, are read too.
"""

from collections.abc import Iterator, Mapping
from typing import BinaryIO, cast

import msgspec

from pgrerank.cli.reading.row import Row, UnreadableError, decoded
from pgrerank.domain.document import Document
from pgrerank.domain.errors import InvalidRequestError
from pgrerank.domain.ingest import Rejection
from pgrerank.domain.json import JsonObject
from pgrerank.domain.sparse import SparseWeights

#: bytes a line may have
MAX_LINE_BYTES = 32 * 1024 * 1024
_IDS = ("_id", "id", "external_id")
_URIS = ("uri", "url")


def rows(stream: BinaryIO, source: str, *, max_line_bytes: int = MAX_LINE_BYTES) -> Iterator[Row]:
    """Every line that is not blank, as a document or a rejection."""
    position = 0
    for line, (data, size) in enumerate(_lines(stream, max_line_bytes), start=1):
        position += size
        if size > max_line_bytes:
            reason = f"the line is longer than {max_line_bytes} bytes"
            item = Rejection(line=line, reason=reason)
            yield Row(source=source, line=line, item=item, position=position)
        elif data.strip():
            yield Row(source=source, line=line, item=_item(data, line), position=position)


def document(data: bytes) -> Document:
    """The document of one line.

    Raises:
        UnreadableError: The line is no JSON object, lacks an id or text, or a field has another
            type than it should, or cannot be stored.
    """
    fields = _fields(decoded(data))
    external_id = _external_id(fields)
    try:
        return _document(external_id, fields)
    except UnreadableError as error:
        raise UnreadableError(error.reason, external_id) from error
    except InvalidRequestError as error:
        raise UnreadableError(str(error), external_id) from error


def _lines(stream: BinaryIO, longest: int) -> Iterator[tuple[bytes, int]]:
    """Lines and their sizes; of one that is too long, the end is read past and not kept."""
    while data := stream.readline(longest + 1):
        size, rest = len(data), data
        while len(rest) > longest and not rest.endswith(b"\n"):
            rest = stream.readline(longest + 1)
            size += len(rest)
        yield data, size


def _item(data: bytes, line: int) -> Document | Rejection:
    try:
        return document(data)
    except UnreadableError as error:
        return Rejection(line=line, reason=error.reason, external_id=error.external_id)


def _fields(text: str) -> Mapping[str, object]:
    try:
        value: object = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError) as error:
        raise UnreadableError(f"not JSON: {error}") from error
    if not isinstance(value, dict):
        raise UnreadableError('must be a JSON object, such as {"_id": "1", "text": "..."}')
    return cast("Mapping[str, object]", value)


def _external_id(fields: Mapping[str, object]) -> str:
    name = next((name for name in _IDS if fields.get(name) not in (None, "")), None)
    if name is None:
        raise UnreadableError("has no id: give `_id`, `id` or `external_id`")
    value = fields[name]
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise UnreadableError(f"`{name}` must be a string or an integer")
    return _stored(name, str(value))


def _document(external_id: str, fields: Mapping[str, object]) -> Document:
    title = _string(fields, "title") or ""
    text = _string(fields, "text")
    if text is None or not (text.strip() or title.strip()):
        raise UnreadableError("has no `text`")
    uri = next((_string(fields, name) for name in _URIS if fields.get(name) is not None), None)
    return Document(
        external_id=external_id,
        title=title,
        text=text,
        uri=uri,
        metadata=_metadata(fields),
        sparse=_weights(fields),
    )


def _string(fields: Mapping[str, object], name: str) -> str | None:
    value = fields.get(name)
    if value is not None and not isinstance(value, str):
        raise UnreadableError(f"`{name}` must be a string")
    return None if value is None else _stored(name, value)


def _stored(name: str, value: str) -> str:
    if "\0" in value:
        raise UnreadableError(f"`{name}` holds the NUL character, which Postgres cannot store")
    return value


def _metadata(fields: Mapping[str, object]) -> JsonObject:
    value = fields.get("metadata")
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise UnreadableError("`metadata` must be an object")
    if b"\\u0000" in msgspec.json.encode(value):
        raise UnreadableError("`metadata` holds the NUL character, which Postgres cannot store")
    return cast("JsonObject", value)


def _weights(fields: Mapping[str, object]) -> SparseWeights | None:
    try:
        return msgspec.convert(fields.get("sparse"), dict[str, float] | None)
    except msgspec.ValidationError as error:
        raise UnreadableError('`sparse` must be an object such as {"word": 1.5}') from error
