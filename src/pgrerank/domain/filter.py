r"""Conditions on document metadata, turned into a jsonpath predicate that Postgres evaluates.

A filter is a JSON object. Fields are combined with AND; a plain value means equality:

    {"lang": "en", "year": {"$gte": 2020, "$lt": 2024}, "tags": {"$in": ["a", "b"]}}
    {"$or": [{"lang": "en"}, {"$not": {"draft": true}}], "author.name": {"$exists": true}}

A dot selects a key of a nested object. A backslash escapes a dot, a dollar sign or a backslash:
`a\.b` is the key `a.b`, `\$set` the key `$set`, `a\\b` the key `a\b`. A field that holds an array
matches if any element does.

A filter is parsed into a tree, whose conditions are counted, and the tree is written as jsonpath.
The whole predicate is one bound parameter; names and values are JSON literals in it, so that
nothing a caller writes can become syntax. A comparison of different types is false.
"""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TypeAlias, cast

from pgrerank.domain.bounds import text
from pgrerank.domain.errors import InvalidRequestError
from pgrerank.domain.json import Json, JsonObject

#: comparisons in one filter; a list of `$in` is one
MAX_CONDITIONS = 100
#: values in all lists of `$in` and `$nin` together
MAX_VALUES = 1_000
MAX_DEPTH = 16
MAX_KEY_CHARACTERS = 1_000
#: keys of one object
MAX_KEYS = 1_000
MAX_VALUE_CHARACTERS = 10_000

_COMPARISONS = {
    "$eq": "==",
    "$ne": "==",  # negated
    "$gt": ">",
    "$gte": ">=",
    "$lt": "<",
    "$lte": "<=",
}
_LISTS = ("$in", "$nin")
_NEGATED = ("$ne", "$nin")
_OPERATORS = (*_COMPARISONS, *_LISTS, "$exists")
_GROUPS = ("$and", "$or", "$not")
_ESCAPED = ".$\\"


@dataclass(frozen=True, slots=True)
class Comparison:
    """A condition on one field: true if the predicate is true or, negated, if it is not."""

    predicate: str
    #: number of values of `$in` or `$nin`; 0: another operator
    values: int = 0
    is_negated: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Conditions of which all, or any, must be true. With no conditions: all is true, any false."""

    conditions: "tuple[Condition, ...]"
    is_any: bool = False


Condition: TypeAlias = Comparison | Group


def jsonpath(filter_: JsonObject) -> str:
    """The jsonpath predicate of a filter, for `metadata @@ predicate`.

    Raises:
        InvalidRequestError: The filter is malformed or too large; `field` is the path of the error.
    """
    tree = _all_of(filter_, "filter", 0)
    comparisons = _comparisons(tree)
    if len(comparisons) > MAX_CONDITIONS:
        raise InvalidRequestError(
            "filter", f"must have at most {MAX_CONDITIONS} conditions, not {len(comparisons)}"
        )
    values = sum(each.values for each in comparisons)
    if values > MAX_VALUES:
        raise InvalidRequestError(
            "filter", f"must have at most {MAX_VALUES} values in its lists, not {values}"
        )
    return _jsonpath(tree)


def _all_of(filter_: object, where: str, depth: int) -> Group:
    if not isinstance(filter_, Mapping):
        raise InvalidRequestError(where, "must be an object")
    if depth > MAX_DEPTH:
        raise InvalidRequestError(where, f"must not be nested deeper than {MAX_DEPTH} levels")
    entries = cast("Mapping[str, Json]", filter_)
    return Group(
        tuple(_entry(key, value, f"{where}.{key}", depth) for key, value in entries.items())
    )


def _entry(key: str, value: Json, where: str, depth: int) -> Condition:
    if key == "$not":
        return _negate(_all_of(value, where, depth + 1))
    if key in _GROUPS:
        return _group(key, value, where, depth)
    if key.startswith("$"):
        raise InvalidRequestError(where, f"is not an operator here; {_meant(key, _GROUPS)}")
    return _field(key, value, where)


def _group(key: str, value: Json, where: str, depth: int) -> Group:
    if isinstance(value, str) or not isinstance(value, Sequence) or not value:
        raise InvalidRequestError(where, "must be a non-empty array of filters")
    parts = [_all_of(part, f"{where}.{i}", depth + 1) for i, part in enumerate(value)]
    return Group(tuple(parts), is_any=key == "$or")


def _field(key: str, value: Json, where: str) -> Condition:
    path = "$." + ".".join(_literal(step) for step in steps(key, where))
    if not isinstance(value, Mapping):
        return _comparison(path, "$eq", value, where)
    if not value:
        raise InvalidRequestError(where, f"must name an operator: {', '.join(_OPERATORS)}")
    return Group(
        tuple(
            _comparison(path, name, operand, f"{where}.{name}") for name, operand in value.items()
        )
    )


def steps(key: str, where: str) -> list[str]:
    """The keys of a dotted path, one per level.

    Raises:
        InvalidRequestError: The path is overlong, not valid text, or has a backslash that escapes
            nothing; names `where`.
    """
    text(where, key, most=MAX_KEY_CHARACTERS)
    names, escaped = [""], False
    for character in key:
        if escaped and character not in _ESCAPED:
            raise InvalidRequestError(
                where, r"has a backslash before what needs none; write `\\` for a backslash"
            )
        if character == "." and not escaped:
            names.append("")
        elif escaped or character != "\\":
            names[-1] += character
        escaped = character == "\\" and not escaped
    if escaped:
        raise InvalidRequestError(where, r"ends in a backslash; write `\\` for one")
    return names


def _comparison(path: str, name: str, operand: Json, where: str) -> Comparison:
    if name in _COMPARISONS:
        predicate = f"({path} {_COMPARISONS[name]} {_scalar(operand, where)})"
        return Comparison(predicate, is_negated=name in _NEGATED)
    if name in _LISTS:
        values = _values(operand, where)
        choices = " || ".join(f"@ == {value}" for value in values)
        return Comparison(
            f"(exists({path} ? ({choices})))", values=len(values), is_negated=name in _NEGATED
        )
    if name != "$exists":
        raise InvalidRequestError(where, f"is not an operator; {_meant(name, _OPERATORS)}")
    if not isinstance(operand, bool):
        raise InvalidRequestError(where, "must be true or false")
    return Comparison(f"(exists({path}))", is_negated=not operand)


def _values(operand: Json, where: str) -> list[str]:
    if isinstance(operand, str) or not isinstance(operand, Sequence) or not operand:
        raise InvalidRequestError(where, "must be a non-empty array of values")
    if len(operand) > MAX_VALUES:
        raise InvalidRequestError(
            where, f"must have at most {MAX_VALUES} values, not {len(operand)}"
        )
    return [_scalar(value, f"{where}.{i}") for i, value in enumerate(operand)]


def _negate(condition: Condition) -> Condition:
    """The negated condition, with the negation pushed down to the comparisons.

    A comparison that is unknown, as of an absent field, counts as not true. So De Morgan's laws
    hold, and negation does not make a filter longer.
    """
    if isinstance(condition, Comparison):
        return Comparison(condition.predicate, condition.values, not condition.is_negated)
    return Group(tuple(map(_negate, condition.conditions)), is_any=not condition.is_any)


def _comparisons(condition: Condition) -> list[Comparison]:
    if isinstance(condition, Comparison):
        return [condition]
    return [each for part in condition.conditions for each in _comparisons(part)]


def _jsonpath(condition: Condition) -> str:
    if isinstance(condition, Comparison):
        predicate = condition.predicate
        # A comparison of different types is unknown, and so is its negation.
        return f"(!{predicate} || ({predicate} is unknown))" if condition.is_negated else predicate
    parts = [_jsonpath(each) for each in condition.conditions]
    if not parts:
        return "(1 == 2)" if condition.is_any else "(1 == 1)"
    return f"({(' || ' if condition.is_any else ' && ').join(parts)})"


def _scalar(value: Json, where: str) -> str:
    if isinstance(value, str):
        text(where, value, most=MAX_VALUE_CHARACTERS)
    elif isinstance(value, int | float):
        # Not `>`, so that NaN is refused too.
        if not abs(value) <= sys.float_info.max:
            raise InvalidRequestError(where, "must be a finite number of double precision")
    elif value is not None:
        raise InvalidRequestError(where, "must be a string, number, boolean or null")
    return _literal(value)


def _literal(value: str | float | bool | None) -> str:  # noqa: FBT001 - a JSON value
    return json.dumps(value)


def _meant(name: str, allowed: Sequence[str]) -> str:
    near = get_close_matches(name, allowed, n=1)
    hint = f"did you mean `{near[0]}`? There" if near else "there"
    return f"{hint} are {', '.join(allowed)}" + (
        r", and fields; `\$` begins a field's name" if "$not" in allowed else ""
    )
