"""How large a body may be, by route: counted while it comes in, before any of it is decoded.

What a body costs is not its bytes but the values it holds: decoding 15 million small ones takes
seconds and a gigabyte, in one step in which nothing else in the process runs.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from pgrerank.api.problem import BODY
from pgrerank.domain.document import MAX_LEVELS
from pgrerank.domain.errors import InvalidRequestError, TooLargeError
from pgrerank.domain.limits import Limits

KIB, MIB = 1024, 1024 * 1024
#: bytes that JSON may spend on a character: an escaped surrogate pair
BYTES_PER_CHARACTER = 12
#: levels of arrays and objects within one another, of bodies as of metadata
LEVELS = MAX_LEVELS
#: characters of a number; decoding an integer of n digits takes n squared steps
DIGITS = 100
#: key under which a route names its `Body` and the application its table
OPTION, TABLE = "body", "bounds"

#: bytes that are looked through in one step
_PIECE = 64 * KIB
_LONG_NUMBER = re.compile(rb"[0-9.eE+-]{%d}" % DIGITS)
_NO_BRACKET = bytes(set(range(256)) - set(b"[]{}"))
_STEPS = np.array([{0x5B: 1, 0x7B: 1, 0x5D: -1, 0x7D: -1}.get(c, 0) for c in range(256)], np.int32)


class Body(StrEnum):
    """What a route reads, by how much it may need of it."""

    #: settings, names, a threshold
    PLAIN = "plain"
    SEARCH = "search"
    #: thousands of rows, each of some fields
    ROWS = "rows"
    #: thousands of texts or objects
    TEXTS = "texts"
    #: documents to store, as one array
    DOCUMENTS = "documents"


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyBounds:
    """What a body may have at most."""

    bytes: int
    #: values and the arrays and objects that hold them
    values: int
    #: levels of arrays and objects within one another; None: who reads it bounds them row by row
    levels: int | None = LEVELS
    #: what to do with more
    advice: str = ""


def table(limits: Limits) -> Mapping[Body, BodyBounds]:
    """The bounds of every route. None is over what the operator allows any body."""
    query = limits.query_characters * BYTES_PER_CHARACTER
    parts = "Send it in parts."
    lines = "Send it in parts, or as application/x-ndjson, which is read line by line."
    found = {
        Body.PLAIN: BodyBounds(bytes=MIB, values=5_000),
        Body.SEARCH: BodyBounds(bytes=512 * KIB + query, values=10_000),
        Body.ROWS: BodyBounds(bytes=4 * MIB, values=80_000, advice=parts),
        Body.TEXTS: BodyBounds(bytes=4 * MIB + query, values=60_000, advice=parts),
        Body.DOCUMENTS: BodyBounds(bytes=4 * MIB, values=120_000, levels=None, advice=lines),
    }
    return {
        body: replace(each, bytes=min(each.bytes, limits.body_bytes))
        for body, each in found.items()
    }


def row(limits: Limits) -> BodyBounds:
    """The bounds of one row of an ingest."""
    size = limits.document_characters * BYTES_PER_CHARACTER // 2 + MIB
    return BodyBounds(bytes=size, values=10_000, levels=None)


class Scan:
    """Counts what JSON holds without decoding it. Fed piece by piece, in C for the most part.

    Commas and opening brackets outside of strings are counted: of n values in arrays and objects
    at least one half is one of them.

    Args:
        bounds: Over which it is refused.
        field: What to call it in refusals.
    """

    def __init__(self, bounds: BodyBounds, field: str = BODY) -> None:
        self._bounds = bounds
        self._field = field
        self._bytes = 0
        #: so far; commas and opening brackets, and one
        self.values = 1
        self._level = 0
        self._in_string = False
        self._escape = b""

    def feed(self, part: bytes) -> None:
        """Look at what comes next.

        Raises:
            TooLargeError: There are too many bytes or values.
            InvalidRequestError: It is nested too deeply, or holds a number that is too long.
        """
        self._bytes += len(part)
        self.check_bytes(self._bytes)
        for start in range(0, len(part), _PIECE):
            self._look(self._outside(part[start : start + _PIECE]))

    def check_bytes(self, size: int) -> None:
        """Refuse a body of so many bytes, where that is too many. Raises TooLargeError."""
        if size > self._bounds.bytes:
            raise self._too_large(size, self._bounds.bytes, "bytes")

    def _outside(self, piece: bytes) -> bytes:
        """What of a piece stands outside of strings."""
        data = self._escape + piece
        backslashes = len(data) - len(data.rstrip(b"\\"))
        cut = len(data) - backslashes % 2  # the last escapes what comes next
        self._escape = data[cut:]
        parts = data[:cut].replace(b"\\\\", b"").replace(b'\\"', b"").split(b'"')
        outside = b"".join(parts[1::2] if self._in_string else parts[::2])
        self._in_string ^= len(parts) % 2 == 0
        return outside

    def _look(self, outside: bytes) -> None:
        brackets = outside.translate(None, _NO_BRACKET)
        self._check_levels(brackets)
        self.values += outside.count(b",") + brackets.count(b"[") + brackets.count(b"{")
        if self.values > self._bounds.values:
            raise self._too_large(self.values, self._bounds.values, "values")
        if _LONG_NUMBER.search(outside):
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

    def _too_large(self, size: int, limit: int, unit: str) -> TooLargeError:
        return TooLargeError(
            self._field, size=size, limit=limit, unit=unit, advice=self._bounds.advice
        )
