"""Types of JSON values, as in metadata and filters."""

import json
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from pgrerank.domain.errors import InvalidRequestError

Json: TypeAlias = "bool | int | float | str | Sequence[Json] | Mapping[str, Json] | None"
JsonObject: TypeAlias = Mapping[str, Json]


def read_object(field: str, text: str) -> dict[str, Json]:
    """The JSON object in a text.

    Raises:
        InvalidRequestError: The text is not JSON, or not an object; names the field and the place.
    """
    try:
        value: Json = json.loads(text)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, character {error.colno}"
        raise InvalidRequestError(field, f"is no JSON: {error.msg} at {place}") from error
    except (ValueError, RecursionError) as error:
        raise InvalidRequestError(field, f"is no JSON: {error}") from error
    if not isinstance(value, dict):
        raise InvalidRequestError(field, 'must be a JSON object, such as {"lang": "en"}')
    return value
