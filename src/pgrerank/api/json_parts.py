"""Decodes a large JSON body in parts, so that the event loop runs in between.

A decoder holds the interpreter lock until it returns: 10 ms for an object of 58,000 keys, and twice
that on a busy machine. Arrays are therefore decoded some elements at a time, and elements are limited.
"""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import msgspec
from litestar.exceptions import SerializationException
from litestar.serialization import decode_json
from msgspec import Raw

from pgrerank.api.bounds import BodyBounds, Scan
from pgrerank.domain.errors import InvalidRequestError

#: most values in one part: a field, or an element of a field that is an array
VALUES = 10_000
#: elements decoded in one step
_AT_ONCE = 64

_FIELDS = msgspec.json.Decoder(dict[str, Raw])
_ELEMENTS = msgspec.json.Decoder(list[Raw])


def decode(body: bytes) -> Any:
    """The value of a JSON body.

    Raises:
        TooLargeError: A part has more than `VALUES` values. The error names the part.
        InvalidRequestError: A part is not valid JSON. The error names the part.
        SerializationException: It is not valid JSON.
        UnicodeDecodeError: It is not UTF-8.
    """
    try:
        fields = _FIELDS.decode(body)
    except msgspec.ValidationError:  # not an object
        return decode_json(body)
    except msgspec.DecodeError as error:
        raise SerializationException(str(error)) from error
    return {name: _field(name, raw) for name, raw in fields.items()}


def _field(name: str, raw: Raw) -> Any:
    data = bytes(raw)
    if not data.startswith(b"["):
        return _part(name, data)
    values: list[Any] = []
    elements = _ELEMENTS.decode(data)
    for start in range(0, len(elements), _AT_ONCE):
        values += _some(name, start, elements[start : start + _AT_ONCE])
    return values


def _some(name: str, start: int, elements: Sequence[Raw]) -> list[Any]:
    if max(map(len, elements)) <= VALUES:  # a value has at least one byte
        with suppress(SerializationException):
            return decode_json(b"[%s]" % b",".join(elements))
    return [_part(f"{name}[{place}]", bytes(each)) for place, each in enumerate(elements, start)]


def _part(name: str, data: bytes) -> Any:
    if len(data) > VALUES:
        Scan(BodyBounds(bytes=len(data), values=VALUES), name).feed(data)
    try:
        return decode_json(data)
    except SerializationException as error:
        raise InvalidRequestError(name, f"is not valid JSON: {error}") from error
