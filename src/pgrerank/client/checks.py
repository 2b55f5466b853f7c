"""Checks arguments before anything is sent, so that any invalid one raises a ClientError."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, cast
from urllib.parse import quote

import msgspec

from pgrerank.client.errors import InvalidCallError

#: names of knobs in other APIs, with the name here
_ELSEWHERE = {
    **dict.fromkeys(("k", "n", "top_k", "top_n", "topk", "topn", "size", "max_results"), "limit"),
    **dict.fromkeys(("filters", "where"), "filter"),
    **dict.fromkeys(("timeout", "timeout_ms", "deadline_ms"), "budget_ms"),
    **dict.fromkeys(("alpha", "mode", "search_type"), "strategy"),
    **dict.fromkeys(("model_name", "reranker"), "model"),
    **dict.fromkeys(("score_threshold",), "min_score"),
}
#: nesting level down to which values are checked; the encoder refuses deeper ones
_DEEPEST = 100


def check_knobs(knobs: Mapping[str, Any], kind: type[Any]) -> None:
    """Refuse unknown knobs. `kind` is the TypedDict of the known ones.

    Raises:
        InvalidCallError: A knob is unknown; suggests the one that was probably meant.
    """
    check_names(knobs, list(kind.__annotations__), "knob")


def check_names(names: Iterable[str], allowed: Sequence[str], what: str) -> None:
    """Refuse unknown names. Raises InvalidCallError."""
    unknown = next((name for name in names if name not in allowed), None)
    if unknown is None:
        return
    meant = nearest(str(unknown), allowed)
    hint = f"did you mean `{meant}`? " if meant else ""
    listed = ", ".join(allowed)
    raise InvalidCallError(str(unknown), f"is an unknown {what}; {hint}There are {listed}")


def nearest(name: str, names: Sequence[str]) -> str | None:
    """The known name that was probably meant; None: no name is close."""
    elsewhere = _ELSEWHERE.get(name.casefold())
    if elsewhere in names:
        return elsewhere
    close = get_close_matches(name.casefold()[:100], names, n=1)
    return close[0] if close else None


def encode(value: Any, where: str = "") -> bytes:
    """A value as JSON.

    Args:
        value: Plain values and structs.
        where: Name of the value in errors; empty: errors start with the name of the field.

    Raises:
        InvalidCallError: JSON cannot represent the value; names the field.
    """
    try:
        plain = msgspec.to_builtins(value, str_keys=True)
        fault = next(_faults(plain, where, 0), None)
        if fault is None:
            return msgspec.json.encode(plain)
    except (TypeError, ValueError, OverflowError, RecursionError) as error:
        fault = (where or "body", f"cannot be sent: {error}")
    raise InvalidCallError(*fault)


def segment(name: str, value: object) -> str:
    """A value as one segment of a path.

    Raises:
        InvalidCallError: It is not a text, is empty, or contains a lone surrogate.
    """
    if not isinstance(value, str) or not value:
        raise InvalidCallError(name, "must be a text that is not empty")
    for field, problem in _faults(value, name, 0):
        raise InvalidCallError(field, problem)
    # `.` and `..` would be resolved before the service sees them: `documents/..` is the collection.
    return quote(value, safe="") if value.strip(".") else value.replace(".", "%2E")


def text(name: str, value: object) -> str:
    """A value as a query parameter.

    Raises:
        InvalidCallError: It is not a text, or contains a lone surrogate.
    """
    if not isinstance(value, str):
        raise InvalidCallError(name, "must be a text")
    for field, problem in _faults(value, name, 0):
        raise InvalidCallError(field, problem)
    return value


def _faults(value: Any, where: str, depth: int) -> Iterator[tuple[str, str]]:
    """Field and problem of each value that JSON cannot represent but the encoder may accept."""
    if isinstance(value, str):
        if (place := _lone_surrogate(value)) is not None:
            problem = f"has half a surrogate pair at character {place}, which is no text"
            yield where.encode(errors="replace").decode() or "body", problem
    elif isinstance(value, float):
        if not math.isfinite(value):
            yield where or "body", f"must be a finite number, not {value}"
    elif depth < _DEEPEST:
        for name, inner in _parts(value, where):
            yield from _faults(inner, name, depth + 1)


def _parts(value: Any, where: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, inner in cast("dict[str, Any]", value).items():
            yield where, key
            yield (f"{where}.{key}" if where else key), inner
    elif isinstance(value, list | tuple):
        for place, inner in enumerate(cast("Sequence[Any]", value)):
            yield f"{where}[{place}]", inner


def _lone_surrogate(value: str) -> int | None:
    try:
        value.encode()
    except UnicodeEncodeError as error:
        return error.start
    return None
