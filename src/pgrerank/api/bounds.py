"""Size limits of request bodies by route, checked while a body arrives, before it is decoded.

The cost of a body depends on its number of values, not on its bytes: decoding 15 million small
values takes seconds and a gigabyte, and blocks the whole process meanwhile.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from pgrerank.api.problem import BODY
from pgrerank.domain.document import MAX_LEVELS
from pgrerank.domain.errors import InvalidRequestError, TooLargeError
from pgrerank.domain.limits import Limits

KIB, MIB = 1024, 1024 * 1024
#: most bytes of a character in JSON: an escaped surrogate pair
BYTES_PER_CHARACTER = 12
#: most nesting levels of arrays and objects, as for metadata
LEVELS = MAX_LEVELS
#: numbers must be shorter, in characters; decoding an integer of n digits takes n squared steps
DIGITS = 100
#: keys of `opt`: the `Body` of a route, and the application's table of limits
OPTION, TABLE = "body", "bounds"

#: bytes scanned in one step
_PIECE = 64 * KIB
_QUOTE = 0x22
#: makes every character of a number a zero, and every other byte a space
_ZEROS = bytes(0x30 if chr(c) in "0123456789.eE+-" else 0x20 for c in range(256))
_LONG_NUMBER = b"0" * DIGITS
_NO_BRACKET = bytes(set(range(256)) - set(b"[]{}"))
_STEPS = np.array([{0x5B: 1, 0x7B: 1, 0x5D: -1, 0x7D: -1}.get(c, 0) for c in range(256)], np.int32)


class Body(StrEnum):
    """Size class of the body of a route."""

    #: settings, names, a threshold
    PLAIN = "plain"
    SEARCH = "search"
    #: thousands of rows with a few fields each
    ROWS = "rows"
    #: thousands of texts or objects
    TEXTS = "texts"
    #: documents to store, as a JSON array
    DOCUMENTS = "documents"


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyBounds:
    """Upper limits of a body."""

    bytes: int
    #: number of values, arrays and objects included
    values: int
    #: nesting levels of arrays and objects; None: the reader checks them row by row
    levels: int | None = LEVELS
    #: advice for callers who exceed a limit
    advice: str = ""


def table(limits: Limits) -> Mapping[Body, BodyBounds]:
    """Limits by size class. None exceeds the operator's limit for all bodies."""
    query = limits.query_characters * BYTES_PER_CHARACTER
    parts = "Send it in parts."
    lines = "Send it in parts, or as application/x-ndjson, which is read line by line."
    bounds = {
        Body.PLAIN: BodyBounds(bytes=MIB, values=5_000),
        Body.SEARCH: BodyBounds(bytes=512 * KIB + query, values=10_000),
        Body.ROWS: BodyBounds(bytes=4 * MIB, values=80_000, advice=parts),
        Body.TEXTS: BodyBounds(bytes=4 * MIB + query, values=60_000, advice=parts),
        Body.DOCUMENTS: BodyBounds(bytes=4 * MIB, values=120_000, levels=None, advice=lines),
    }
    return {
        body: replace(each, bytes=min(each.bytes, limits.body_bytes))
        for body, each in bounds.items()
    }


def row(limits: Limits) -> BodyBounds:
    """Limits of one row of an ingest."""
    size = limits.document_characters * BYTES_PER_CHARACTER // 2 + MIB
    return BodyBounds(bytes=size, values=10_000, levels=None)


class ByteCount:
    """Counts the bytes of a body, part by part.

    Args:
        bounds: Limits to check.
        field: Name of the body in errors.
    """

    def __init__(self, bounds: BodyBounds, field: str = BODY) -> None:
        self._bounds = bounds
        self._field = field
        self._bytes = 0

    def feed(self, part: bytes) -> None:
        """Check the next part. Raises TooLargeError if there are too many bytes."""
        self._bytes += len(part)
        self.check_bytes(self._bytes)

    def check_bytes(self, size: int) -> None:
        """Check a body's size in bytes. Raises TooLargeError."""
        if size > self._bounds.bytes:
            raise self._too_large(size, self._bounds.bytes, "bytes")

    def _too_large(self, size: int, limit: int, unit: str) -> TooLargeError:
        return TooLargeError(
            self._field, size=size, limit=limit, unit=unit, advice=self._bounds.advice
        )


class Scan(ByteCount):
    """Counts the values of JSON without decoding it, part by part, mostly in C.

    Counts commas and opening brackets outside of strings. n values in arrays and objects have at
    least n / 2 of these.

    Args:
        bounds: Limits to check.
        field: Name of the JSON in errors.
    """

    def __init__(self, bounds: BodyBounds, field: str = BODY) -> None:
        super().__init__(bounds, field)
        #: values so far: commas and opening brackets, plus one
        self.values = 1
        self._level = 0
        self._in_string = False
        self._escape = b""

    def feed(self, part: bytes) -> None:
        """Check the next part.

        Raises:
            TooLargeError: There are too many bytes or values.
            InvalidRequestError: The JSON is nested too deeply, or has a number that is too long.
        """
        super().feed(part)
        for start in range(0, len(part), _PIECE):
            self._look(self._outside(part[start : start + _PIECE]))

    def _outside(self, piece: bytes) -> bytes:
        """The parts of a piece that are outside of strings."""
        data = self._escape + piece
        backslashes = len(data) - len(data.rstrip(b"\\"))
        cut = len(data) - backslashes % 2  # the last one escapes the first byte of the next piece
        self._escape = data[cut:]
        data = data[:cut]
        if b"\\" in data:
            data = data.replace(b"\\\\", b"").replace(b'\\"', b"")
        if not data:
            return b""
        characters = np.frombuffer(data, np.uint8)
        quotes = characters == _QUOTE
        inside = np.logical_xor.accumulate(quotes) ^ self._in_string
        self._in_string = bool(inside[-1])
        return characters[~(inside | quotes)].tobytes()

    def _look(self, outside: bytes) -> None:
        brackets = outside.translate(None, _NO_BRACKET)
        self._check_levels(brackets)
        self.values += outside.count(b",") + brackets.count(b"[") + brackets.count(b"{")
        if self.values > self._bounds.values:
            raise self._too_large(self.values, self._bounds.values, "values")
        if _LONG_NUMBER in outside.translate(_ZEROS):
            raise InvalidRequestError(self._field, f"holds a number of {DIGITS} characters or more")

    def _check_levels(self, brackets: bytes) -> None:
        if not brackets or self._bounds.levels is None:
            return
        levels = self._level + np.cumsum(_STEPS[np.frombuffer(brackets, np.uint8)])
        self._level = int(levels[-1])
        if levels.max() > self._bounds.levels:
            raise InvalidRequestError(
                self._field, f"is nested more than {self._bounds.levels} levels deep"
            )
