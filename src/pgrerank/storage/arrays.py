"""Conversion of lists to PostgreSQL arrays, in a twentieth of the driver's time.

A search writes about a dozen arrays of 150 values, a ranking of supplied documents up to ten of
10,000. The driver converts each value separately: 30 ms for 10,000, which block the event loop.
"""

from collections.abc import Callable, Mapping
from typing import Any, cast
from uuid import UUID

import msgspec
from psycopg import DataError
from psycopg.abc import Buffer
from psycopg.types.array import ListDumper


class ArrayDumper(ListDumper):
    """Dumps lists of one plain type as text in one step; leaves other lists to the driver."""

    def dump(self, obj: list[Any]) -> Buffer | None:
        """The array in PostgreSQL's text format."""
        written = literal(obj)
        return super().dump(obj) if written is None else written.encode()


def literal(values: list[Any]) -> str | None:
    """The array in PostgreSQL's text format; None: the values are not of one plain type.

    Raises:
        DataError: A text contains NUL.
    """
    types = set(map(type, values))
    types.discard(type(None))
    if len(types) > 1 or not values:
        return None
    kind = types.pop() if types else type(None)
    if kind in _WRITTEN_AS_IN_JSON and (written := _from_json(values)) is not None:
        return written
    write = _WRITERS.get(kind)
    if write is None:
        return None
    return f"{{{','.join('NULL' if value is None else write(value) for value in values)}}}"


def _from_json(values: list[Any]) -> str | None:
    """The array, from its JSON; None: JSON has not all of its numbers."""
    try:
        written = msgspec.json.encode(values)
    except OverflowError:  # an integer of more than 64 bits
        return None
    if written.count(b"null") > values.count(None):  # infinite or not a number
        return None
    return f"{{{written[1:-1].replace(b'null', b'NULL').decode()}}}"


def with_literals(parameters: Mapping[str, object]) -> dict[str, object]:
    """Parameters with arrays in PostgreSQL's text format where possible, to bind them at once."""
    return {
        name: (literal(cast("list[Any]", value)) or value) if isinstance(value, list) else value
        for name, value in parameters.items()
    }


def _text(value: str) -> str:
    if "\0" in value:
        raise DataError("PostgreSQL text fields cannot contain NUL (0x00) bytes")
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _bytes(value: bytes) -> str:
    return f'"\\\\x{value.hex()}"'


#: types whose values look the same in JSON, but for null; exact, like those below
_WRITTEN_AS_IN_JSON = frozenset({bool, float, int, UUID, type(None)})
#: exact types, since a subclass may have its own dumper
_WRITERS: Mapping[type, Callable[[Any], str]] = {
    bytes: _bytes,
    float: repr,
    int: str,
    str: _text,
}
