"""Ranges that values from outside must keep."""

from pgrerank.domain.errors import InvalidRequestError


def within(field: str, value: float | None, low: float, high: float) -> None:
    """Let None and values from `low` to `high` pass.

    Raises:
        InvalidRequestError: The value is out of its range, or NaN; names the field.
    """
    if value is not None and not low <= value <= high:
        raise InvalidRequestError(field, f"must be from {low} to {high}, not {value}")
