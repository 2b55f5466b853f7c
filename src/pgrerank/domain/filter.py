"""Conditions on document metadata, turned into a jsonpath predicate that Postgres evaluates.

A filter is a JSON object. Fields are and-ed; a plain value means equality:

    {"lang": "en", "year": {"$gte": 2020, "$lt": 2024}, "tags": {"$in": ["a", "b"]}}
    {"$or": [{"lang": "en"}, {"$not": {"draft": true}}], "author.name": {"$exists": true}}

A dot reaches into nested objects. A field that holds an array matches when any element does.
The whole predicate travels as one bound parameter; names and values are JSON string literals in
it, so nothing a caller writes can become syntax. A comparison of different types is false.
"""

import json
import math
from collections.abc import Callable, Mapping, Sequence
from typing import cast

from pgrerank.domain.errors import InvalidRequestError
from pgrerank.domain.json import Json, JsonObject

MAX_CONDITIONS = 100
MAX_DEPTH = 8

_COMPARISONS = {"$eq": "==", "$ne": "!=", "$gt": ">", "$gte": ">=", "$lt": "<", "$lte": "<="}
_GROUPS = {"$and": " && ", "$or": " || "}
_NOTHING = "(1 == 1)"
_OPERATORS = "$eq, $ne, $gt, $gte, $lt, $lte, $in, $nin, $exists"


def jsonpath(condition: JsonObject) -> str:
    """The jsonpath predicate of a filter, for `metadata @@ predicate`.

    Raises:
        InvalidRequestError: The filter is malformed; `field` is the dotted path of the fault.
    """
    predicate = _all_of(condition, "filter", 0)
    if predicate.count("$.") + predicate.count("@") > MAX_CONDITIONS:
        raise InvalidRequestError("filter", f"must have at most {MAX_CONDITIONS} conditions")
    return predicate


def _all_of(condition: object, where: str, depth: int) -> str:
    if not isinstance(condition, Mapping):
        raise InvalidRequestError(where, "must be an object")
    if depth > MAX_DEPTH:
        raise InvalidRequestError(where, f"must not be nested deeper than {MAX_DEPTH} levels")
    entries = cast("Mapping[str, Json]", condition)
    parts = [_entry(key, value, f"{where}.{key}", depth) for key, value in entries.items()]
    return f"({' && '.join(parts)})" if parts else _NOTHING


def _entry(key: str, value: Json, where: str, depth: int) -> str:
    if key in _GROUPS:
        return _group(key, value, where, depth)
    if key == "$not":
        return _negated(_all_of(value, where, depth + 1))
    if key.startswith("$"):
        raise InvalidRequestError(where, "is not an operator here; use $and, $or, $not or a field")
    return _field(key, value, where)


def _group(key: str, value: Json, where: str, depth: int) -> str:
    if isinstance(value, str) or not isinstance(value, Sequence) or not value:
        raise InvalidRequestError(where, "must be a non-empty array of filters")
    parts = [_all_of(part, f"{where}.{i}", depth + 1) for i, part in enumerate(value)]
    return f"({_GROUPS[key].join(parts)})"


def _field(key: str, value: Json, where: str) -> str:
    path = "$." + ".".join(_literal(step, where) for step in key.split("."))
    if not isinstance(value, Mapping):
        return f"({path} == {_scalar(value, where)})"
    if not value:
        raise InvalidRequestError(where, f"must name an operator: {_OPERATORS}")
    parts = [_operator(path, name, operand, f"{where}.{name}") for name, operand in value.items()]
    return f"({' && '.join(parts)})"


def _operator(path: str, name: str, operand: Json, where: str) -> str:
    if name == "$ne":
        return _negated(f"({path} == {_scalar(operand, where)})")
    if name in _COMPARISONS:
        return f"({path} {_COMPARISONS[name]} {_scalar(operand, where)})"
    special: dict[str, Callable[[str, Json, str], str]] = {
        "$in": _any_of,
        "$nin": _none_of,
        "$exists": _exists,
    }
    if name not in special:
        raise InvalidRequestError(where, f"is not an operator; use one of {_OPERATORS}")
    return special[name](path, operand, where)


def _any_of(path: str, operand: Json, where: str) -> str:
    if isinstance(operand, str) or not isinstance(operand, Sequence) or not operand:
        raise InvalidRequestError(where, "must be a non-empty array of values")
    if len(operand) > MAX_CONDITIONS:
        raise InvalidRequestError(where, f"must have at most {MAX_CONDITIONS} values")
    choices = " || ".join(f"@ == {_scalar(value, where)}" for value in operand)
    return f"(exists({path} ? ({choices})))"


def _none_of(path: str, operand: Json, where: str) -> str:
    return _negated(_any_of(path, operand, where))


def _exists(path: str, operand: Json, where: str) -> str:
    if not isinstance(operand, bool):
        raise InvalidRequestError(where, "must be true or false")
    return f"(exists({path}))" if operand else f"(!(exists({path})))"


def _negated(predicate: str) -> str:
    """True where the predicate is false or unknown, so that `not` covers every other document."""
    return f"(!({predicate}) || (({predicate}) is unknown))"


def _scalar(value: Json, where: str) -> str:
    if isinstance(value, float) and not math.isfinite(value):
        raise InvalidRequestError(where, "must be a finite number")
    if value is None or isinstance(value, str | bool | int | float):
        return _literal(value, where)
    raise InvalidRequestError(where, "must be a string, number, boolean or null")


def _literal(value: str | float | bool | None, where: str) -> str:  # noqa: FBT001 - a JSON value
    if isinstance(value, str) and ("\0" in value or (not value.isprintable() and _unpaired(value))):
        raise InvalidRequestError(where, "must not contain NUL or unpaired surrogates")
    return json.dumps(value)


def _unpaired(value: str) -> bool:
    return any("\ud800" <= character <= "\udfff" for character in value)
