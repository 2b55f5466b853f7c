"""Names of tenants, collections, thresholds and the like."""

import re

from pgrerank.domain.errors import InvalidRequestError

MAX_NAME_CHARACTERS = 64
_NAME = re.compile(r"[a-z0-9](?:[a-z0-9_.-]{0,62}[a-z0-9])?")


def validate_name(name: str, field: str = "name") -> str:
    """Return the name if it is valid for a tenant or collection.

    Raises:
        InvalidRequestError: The name is not 1-64 characters of a-z, 0-9, `_`, `-`, `.`, with a
            letter or digit at both ends.
    """
    if not _NAME.fullmatch(name):
        raise InvalidRequestError(
            field,
            "must be 1 to 64 characters of a-z, 0-9, `_`, `-` and `.`, "
            "beginning and ending with a letter or digit",
        )
    return name


def check_optional_name(name: str | None, field: str) -> None:
    """Accept None and valid names. Raises as `validate_name`."""
    if name is not None:
        validate_name(name, field)
