"""Locates the fault in a body that is not valid JSON."""

import json
import math
from collections.abc import Iterator
from functools import partial
from typing import Any, NoReturn, cast

from litestar.exceptions import SerializationException

from pgrerank.api.problem import BODY
from pgrerank.api.received import BoundedRequest
from pgrerank.domain.bounds import lone_surrogate, undecodable
from pgrerank.domain.errors import InvalidRequestError
from pgrerank.domain.offload import offload

#: largest body in bytes in which a fault is located; Python's decoder holds the interpreter lock
#: for 10 ms with it. In larger bodies, the message of the decoder tells the position.
_SEARCHED = 256 * 1024


class JsonRequest(BoundedRequest):
    """A request that refuses a body of invalid JSON with the place of the fault."""

    async def json(self) -> Any:
        """The decoded body.

        Raises:
            InvalidRequestError: It is not valid JSON; the error names the field.
        """
        try:
            return await super().json()
        except (SerializationException, UnicodeDecodeError) as error:
            raise await offload(partial(decoding_error, await self.body(), str(error))) from error


def decoding_error(body: bytes, reason: str) -> InvalidRequestError:
    """The error for a body that cannot be decoded.

    Args:
        body: The body.
        reason: Message of the decoder, used if the fault is not found here.
    """
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        return InvalidRequestError(BODY, f"is {undecodable(body, error)}")
    if len(body) > _SEARCHED:
        return InvalidRequestError(BODY, f"is not valid JSON: {reason}")
    return InvalidRequestError(*_fault(text, reason))


def _fault(text: str, reason: str) -> tuple[str, str]:
    try:
        value = json.loads(text, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, character {error.colno}"
        return BODY, f"is not valid JSON: {error.msg} at {where}"
    except ValueError as error:  # a number of thousands of digits, or NaN
        return BODY, f"is not valid JSON: {error}"
    return next(_faults(value, ""), (BODY, f"is not valid JSON: {reason}"))


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON number")


def _faults(value: Any, path: str) -> Iterator[tuple[str, str]]:
    """Path and problem of each value that Python's decoder accepts although JSON forbids it."""
    if isinstance(value, str):
        if (place := lone_surrogate(value)) is not None:
            yield (
                path or BODY,
                f"has half a surrogate pair at character {place}, which is no text",
            )
    elif isinstance(value, dict):
        for key, inner in cast("dict[str, Any]", value).items():
            yield from _faults(key, path)
            yield from _faults(inner, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for place, inner in enumerate(cast("list[Any]", value)):
            yield from _faults(inner, f"{path}[{place}]")
    elif isinstance(value, float) and not math.isfinite(value):
        yield path or BODY, "is too large for a number"
