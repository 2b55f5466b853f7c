"""Rewrites msgspec's validation errors as messages that tell what is wrong and what is allowed."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
import msgspec.inspect as types
from litestar.exceptions import ValidationException

from pgrerank.api import forms
from pgrerank.api.problem import BODY
from pgrerank.domain.errors import InvalidRequestError
from pgrerank.domain.suggestion import nearest

#: names that other APIs use, with the fields here that may be meant; the first existing one is
_ELSEWHERE: Mapping[str, Sequence[str]] = {
    **dict.fromkeys(("k", "n", "topk", "topn", "size", "count", "page_size"), ("limit", "top_n")),
    **dict.fromkeys(("top_k", "top_n", "max_results", "num_results"), ("limit", "top_n", "top_k")),
    **dict.fromkeys(("q", "question", "search", "prompt", "input"), ("query",)),
    **dict.fromkeys(("texts", "passages", "docs", "inputs", "items"), ("documents", "texts")),
    **dict.fromkeys(("where", "filters"), ("filter",)),
    **dict.fromkeys(("reranker", "model_name", "model_id"), ("model", "reranker")),
    **dict.fromkeys(("offset", "after", "page", "page_token", "next"), ("cursor",)),
    **dict.fromkeys(("score_threshold", "min_score"), ("min_score", "min_relevance")),
    **dict.fromkeys(("timeout", "timeout_ms", "deadline_ms", "budget"), ("budget_ms",)),
    **dict.fromkeys(("expires", "expiry", "expires_in"), ("expires_at",)),
    **dict.fromkeys(("alpha", "mode", "search_type"), ("strategy",)),
}

_UNKNOWN = re.compile(r"unknown field `(.*)`", re.DOTALL)
_MISSING = re.compile(r"missing required field `(.*)`")
_NO_CHOICE = re.compile(r"Invalid enum value (.*)", re.DOTALL)
_ACTUAL = re.compile(r"got `(.*)`")
_STEP = re.compile(r"([^.\[\]]+)|\[(\d+|\.\.\.)\]")
_SHOWN = 60

_KINDS: Mapping[str, str] = {
    "str": "a text",
    "int": "an integer",
    "float": "a number with a fraction",
    "bool": "true or false",
    "array": "an array",
    "object": "an object",
    "null": "null",
}


def field_and_problem(message: str, path: str, expected: Any) -> tuple[str, str]:
    """The faulty field and its problem.

    Args:
        message: msgspec's message, without the place.
        path: Place within the value, such as `documents[3].text`; empty: the value itself.
        expected: The type of the value.
    """
    kind = _at(types.type_info(expected), path)
    if match := _UNKNOWN.search(message):
        return _subpath(path, match[1]), unknown_name(match[1], _names(kind), "field")
    if match := _MISSING.search(message):
        needed = expectation(_at(kind, match[1]))
        return _subpath(path, match[1]), f"is missing; it must be {needed}"
    return path, _wrong(message, kind)


def _wrong(message: str, kind: types.Type) -> str:
    if choice := _NO_CHOICE.search(message):
        return _wrong_choice(choice[1].strip("'\""), kind)
    actual = _ACTUAL.search(message)
    if isinstance(kind, types.DictType) and not actual:
        return f"has a key that must be {expectation(kind.key_type)}"
    not_ = f", not {_KINDS.get(actual[1], actual[1])}" if actual else ""
    return f"must be {expectation(kind)}{not_}"


def refusal(error: msgspec.ValidationError, expected: Any) -> InvalidRequestError:
    """The error for a value that msgspec could not convert to this type."""
    message, path = _message_and_path(error)
    field, problem = field_and_problem(message, path, expected)
    return InvalidRequestError(field or BODY, problem)


def exception(error: msgspec.ValidationError) -> ValidationException:
    """Litestar's exception for a body that msgspec could not convert to the handler's type."""
    message, path = _message_and_path(error)
    return ValidationException(extra=[{"message": message, "key": path or "data", "source": BODY}])


def _message_and_path(error: msgspec.ValidationError) -> tuple[str, str]:
    message, _, place = str(error).partition(" - at ")
    return message, place.rpartition("`$")[2].strip("`").removeprefix(".")


def unknown_name(name: str, names: Sequence[str], what: str) -> str:
    """The problem of an unknown name, with the probably intended one and all known ones."""
    meant = next((each for each in _ELSEWHERE.get(name.casefold(), ()) if each in names), None)
    meant = meant or nearest(name, names)
    verb = "are" if len(names) > 1 else "is"
    known = f"{verb} {', '.join(f'`{each}`' for each in names) or 'none'}"
    if meant is None:
        return f"is an unknown {what}; there {known}"
    return f"is an unknown {what}; did you mean `{meant}`? There {known}"


def expectation(kind: types.Type) -> str:
    """Description of the values of a type, to complete the sentence `it must be ...`."""
    match kind:
        case types.Metadata():
            text = expectation(kind.type)
        case types.UnionType():
            text = " or ".join(dict.fromkeys(map(expectation, kind.types)))
        case types.IntType() | types.FloatType():
            noun = "an integer" if isinstance(kind, types.IntType) else "a number"
            text = f"{noun}{_range(kind)}"
        case types.StrType():
            text = _text(kind)
        case types.EnumType() | types.LiteralType():
            text = f"one of {_quoted_list(_choices(kind))}"
        case types.ListType() | types.VarTupleType():
            text = f"an array{_count(kind)} (each {expectation(kind.item_type)})"
        case types.DictType() | types.StructType() | types.TypedDictType():
            text = "an object"
        case _:
            text = _PLAIN.get(type(kind), "another value")
    return text


_PLAIN: Mapping[type[types.Type], str] = {
    types.NoneType: "null",
    types.BoolType: "true or false",
    types.DateTimeType: "an instant with time zone, such as 2026-01-31T12:00:00Z",
    types.UUIDType: "a UUID, such as 01890a5d-ac96-774b-bcce-b302099a8057",
    types.AnyType: "a value",
}


def _range(kind: types.IntType | types.FloatType) -> str:
    low, high = kind.ge if kind.gt is None else kind.gt, kind.le if kind.lt is None else kind.lt
    below = "" if low is None else f" {'above' if kind.gt is not None else 'from'} {low:g}"
    above = "" if high is None else f" {'and below' if kind.lt is not None else 'to'} {high:g}"
    return f"{below}{above}"


def _text(kind: types.StrType) -> str:
    if kind.pattern is not None:
        return forms.WORDS.get(kind.pattern, f"a text of the form {kind.pattern}")
    return f"a text{_count(kind, ' characters')}"


def _count(kind: types.StrType | types.ListType | types.VarTupleType, unit: str = "") -> str:
    if kind.max_length is None:
        return f" of {kind.min_length} or more{unit}" if kind.min_length else ""
    least = f"{kind.min_length} to " if kind.min_length else "at most "
    return f" of {least}{kind.max_length}{unit}"


def _choices(kind: types.Type) -> list[str]:
    if isinstance(kind, types.Metadata):
        return _choices(kind.type)
    if isinstance(kind, types.UnionType):
        return [choice for each in kind.types for choice in _choices(each)]
    if isinstance(kind, types.EnumType):
        return [str(each.value) for each in kind.cls]
    return [str(each) for each in kind.values] if isinstance(kind, types.LiteralType) else []


def _wrong_choice(value: str, kind: types.Type) -> str:
    choices = _choices(kind)
    meant = nearest(value, choices)
    hint = f"; did you mean `{meant}`?" if meant else ""
    shown = value if len(value) <= _SHOWN else f"{value[:_SHOWN]}..."
    return f"must be one of {_quoted_list(choices)}, not `{shown}`{hint}"


def _quoted_list(choices: Iterable[str]) -> str:
    return ", ".join(f"`{each}`" for each in choices)


def _subpath(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _names(kind: types.Type) -> list[str]:
    struct = _variant(kind, types.StructType)
    return [field.encode_name for field in struct.fields] if struct else []


def _at(kind: types.Type, path: str) -> types.Type:
    """The type of the value at a path within a value of this type."""
    for name, _ in _STEP.findall(path):
        kind = _field(kind, name) if name else _item(kind)
    return kind.type if isinstance(kind, types.Metadata) else kind


def _field(kind: types.Type, name: str) -> types.Type:
    struct = _variant(kind, types.StructType)
    fields = struct.fields if struct else ()
    return next((each.type for each in fields if each.encode_name == name), types.AnyType())


def _item(kind: types.Type) -> types.Type:
    if listed := _variant(kind, types.ListType):
        return listed.item_type
    mapped = _variant(kind, types.DictType)
    return mapped.value_type if mapped else types.AnyType()


def _variant(kind: types.Type, wanted: Any) -> Any:
    """The type itself, or the member of a union, that is of the wanted class; None: none is."""
    if isinstance(kind, wanted):
        return kind
    if isinstance(kind, types.Metadata):
        return _variant(kind.type, wanted)
    parts = kind.types if isinstance(kind, types.UnionType) else ()
    return next((found for part in parts if (found := _variant(part, wanted))), None)
