"""MessagePack bodies, checked against the limits of JSON before they are decoded.

A header of five bytes can announce four billion values, and each level of nesting takes one byte,
so a body is walked without making values first.
"""

from dataclasses import dataclass
from typing import Any

import msgspec

from pgrerank.api.bounds import BodyBounds
from pgrerank.api.problem import BODY
from pgrerank.domain.errors import InvalidRequestError, TooLargeError

MEDIA_TYPE = "application/msgpack"
#: names in use for MessagePack
NAMES = frozenset({MEDIA_TYPE, "application/x-msgpack", "application/vnd.msgpack"})

_NUMBER, _TEXT, _BYTES, _ARRAY, _MAP = range(5)


@dataclass(frozen=True, slots=True)
class _Form:
    """What a first byte says of its value."""

    kind: int
    #: bytes of a number or text, elements of an array, or pairs of a map, unless counted
    size: int = 0
    #: bytes that hold the size; 0: the first byte does
    counted: int = 0


def _forms() -> list[_Form | None]:
    """The form of each first byte; None: an extension, or no MessagePack."""
    forms: list[_Form | None] = [None] * 256
    for byte in (*range(0x80), *range(0xE0, 0x100), 0xC0, 0xC2, 0xC3):
        forms[byte] = _Form(_NUMBER)
    for low in range(16):
        forms[0x80 + low], forms[0x90 + low] = _Form(_MAP, low), _Form(_ARRAY, low)
    for low in range(32):
        forms[0xA0 + low] = _Form(_TEXT, low)
    widths = {0xCA: 4, 0xCB: 8, 0xCC: 1, 0xCD: 2, 0xCE: 4, 0xCF: 8, 0xD0: 1, 0xD1: 2, 0xD2: 4}
    for byte, width in {**widths, 0xD3: 8}.items():
        forms[byte] = _Form(_NUMBER, width)
    for place, counted in enumerate((1, 2, 4)):
        forms[0xC4 + place] = _Form(_BYTES, counted=counted)
        forms[0xD9 + place] = _Form(_TEXT, counted=counted)
    for place, counted in enumerate((2, 4)):
        forms[0xDC + place] = _Form(_ARRAY, counted=counted)
        forms[0xDE + place] = _Form(_MAP, counted=counted)
    return forms


_FORMS = _forms()


def decode(body: bytes, bounds: BodyBounds) -> Any:
    """The value of a MessagePack body. Blocking.

    Raises:
        TooLargeError: It has too many values.
        InvalidRequestError: It is nested too deeply, has a key that is no text or an extension, or
            is no MessagePack.
    """
    _Walk(body, bounds).check()
    try:
        return msgspec.msgpack.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InvalidRequestError(BODY, f"is not valid MessagePack: {error}") from error


class _Walk:
    """Walks over all values of a body without making them."""

    def __init__(self, body: bytes, bounds: BodyBounds) -> None:
        self._body = body
        self._bounds = bounds
        self._place = 0
        self._values = 1

    def check(self) -> None:
        """Check the body. Raises as `decode`."""
        #: values that each open array or map still has, with whether it is a map
        waiting = [(1, False)]
        while waiting:
            left, is_map = waiting.pop()
            if not left:
                continue
            waiting.append((left - 1, is_map))
            form, size = self._next()
            if is_map and left % 2 == 0 and form.kind != _TEXT:
                raise InvalidRequestError(BODY, "has a key of MessagePack that is no text")
            if form.kind in (_ARRAY, _MAP):
                self._count(size)
                waiting.append((size * (2 if form.kind == _MAP else 1), form.kind == _MAP))
                self._check_levels(len(waiting) - 1)
            else:
                self._place += size
        if self._place != len(self._body):
            raise InvalidRequestError(BODY, "is not one complete value of MessagePack")

    def _next(self) -> tuple[_Form, int]:
        """Form and size of the next value; goes behind its header."""
        if self._place >= len(self._body):
            raise InvalidRequestError(BODY, "is not one complete value of MessagePack")
        form = _FORMS[self._body[self._place]]
        if form is None:
            raise InvalidRequestError(
                BODY, "holds an extension of MessagePack, or is none; send texts, numbers, maps"
            )
        start, self._place = self._place + 1, self._place + 1 + form.counted
        counted = int.from_bytes(self._body[start : self._place], "big")
        return form, counted if form.counted else form.size

    def _count(self, values: int) -> None:
        self._values += values
        if self._values > self._bounds.values:
            raise TooLargeError(
                BODY,
                size=self._values,
                limit=self._bounds.values,
                unit="values",
                advice=self._bounds.advice,
            )

    def _check_levels(self, levels: int) -> None:
        if self._bounds.levels is not None and levels > self._bounds.levels:
            raise InvalidRequestError(
                BODY, f"is nested more than {self._bounds.levels} levels deep"
            )
