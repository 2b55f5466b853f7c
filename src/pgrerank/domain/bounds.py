"""Checks of the ranges of values from outside."""

from datetime import UTC, datetime
from typing import Literal

from pgrerank.domain.errors import InvalidRequestError

#: accepted instants, in UTC: every calendar and database can store and show them
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
LATEST = datetime(2999, 12, 31, 23, 59, 59, tzinfo=UTC)


def within(field: str, value: float | None, low: float, high: float) -> None:
    """Accept None and values from `low` to `high`.

    Raises:
        InvalidRequestError: The value is out of its range, or NaN; names the field.
    """
    if value is not None and not low <= value <= high:
        raise InvalidRequestError(field, f"must be from {low} to {high}, not {value}")


def characters(field: str, value: str, *, most: int) -> None:
    """Accept texts of at most `most` characters that UTF-8 can encode.

    Raises:
        InvalidRequestError: The text is too long or holds half a surrogate pair; names the field.
    """
    if len(value) > most:
        raise InvalidRequestError(field, f"must have at most {most} characters, not {len(value)}")
    if (place := lone_surrogate(value)) is not None:
        raise InvalidRequestError(
            field, f"has half a surrogate pair at character {place}, which is not valid text"
        )


def text(field: str, value: str | None, *, most: int, least: Literal[0, 1] = 0) -> None:
    """Accept None and texts of at most `most` characters that Postgres can store.

    With `least` 1, a text must not be blank.

    Raises:
        InvalidRequestError: The text is too long, blank, or holds the NUL character or half a
            surrogate pair; names the field.
    """
    if value is None:
        return
    if least and not value.strip():
        raise InvalidRequestError(field, "must not be blank")
    characters(field, value, most=most)
    if "\0" in value:
        raise InvalidRequestError(field, "must not contain the NUL character")


def undecodable(data: bytes, error: UnicodeDecodeError, encoding: str = "UTF-8") -> str:
    """Why bytes cannot be decoded, with the position, counted from 1."""
    return f"not {encoding}: byte 0x{data[error.start]:02x} at position {error.start + 1}"


def lone_surrogate(value: str) -> int | None:
    """Index of the first unpaired surrogate in a text, from 0; None if there is none."""
    try:
        value.encode()
    except UnicodeEncodeError as error:
        return error.start
    return None


def instant(field: str, value: datetime | None) -> datetime | None:
    """The same instant in UTC.

    Raises:
        InvalidRequestError: The instant has no time zone, or is outside the years 1970 to 2999 of
            UTC; names the field.
    """
    if value is None:
        return None
    if value.tzinfo is None:
        raise InvalidRequestError(field, "must have a time zone, such as Z")
    if not EARLIEST <= value <= LATEST:
        raise InvalidRequestError(field, "must be in the years 1970 to 2999 of UTC")
    return value.astimezone(UTC)
