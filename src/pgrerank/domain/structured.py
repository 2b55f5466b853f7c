"""Convert objects and tables to text that a reranker can read.

Rerankers are trained on prose; braces and quotation marks are noise to them. Of the same facts as
JSON, as bare values and as lines of `name: value`, the lines score nearest to prose (figures in
docs/api.md, checked by tests/inference/test_structured.py).
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

from pgrerank.domain.errors import InvalidRequestError

#: matches between the words of fieldName, field_name and field-name, but not within ISO-8601
_BETWEEN_WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Za-z0-9])[_-]+(?=[A-Za-z])")
_INDENT = "  "
#: maximum levels of nested objects and lists
DEEPEST = 32
#: rows of a table
MAX_ROWS = 10_000
#: an object with only this field is treated as a text
_TEXT = "text"


def readables(documents: Sequence[Any], rank_fields: Sequence[str] | None = None) -> list[str]:
    """Documents converted by `readable`; an error names the index of the document."""
    return [
        readable(document, rank_fields, field=f"documents[{place}]")
        for place, document in enumerate(documents)
    ]


def readable(
    document: Any, rank_fields: Sequence[str] | None = None, *, field: str = "documents"
) -> str:
    """A document as text. A string stays as it is, unless it is a JSON object or table.

    Fields keep their order and become lines of `name: value`, as in YAML but without quotation
    marks; names such as `unitPrice` and `unit_price` are split into words; nulls are left out.

    Args:
        document: A JSON value.
        rank_fields: The fields of an object to read, in this order; missing ones are skipped.
            None: all.
        field: Name of the document in errors.

    Raises:
        InvalidRequestError: Objects and lists are nested more than 32 levels deep. A string with
            such JSON stays as it is.
    """
    value = _parse(document) if isinstance(document, str) else document
    if not _is_shallow(value, DEEPEST):
        raise InvalidRequestError(field, f"must not nest more than {DEEPEST} levels deep")
    if isinstance(value, dict):
        value = _choose(cast("dict[str, Any]", value), rank_fields)
        if value.keys() == {_TEXT} and isinstance(value[_TEXT], str):
            return value[_TEXT]
    return value if isinstance(value, str) else "\n".join(_lines(value))


def _parse(text: str) -> Any:
    """The text parsed as JSON, if that gives an object or a table; else the text."""
    if not text.lstrip().startswith(("{", "[")):
        return text
    try:
        value: Any = json.loads(text)
    except (ValueError, RecursionError):
        return text  # prose may begin with a bracket
    return value if _is_record_or_table(value) and _is_shallow(value, DEEPEST) else text


def _is_record_or_table(value: Any) -> bool:
    if isinstance(value, list) and value:
        return all(isinstance(row, (dict, list)) for row in cast("list[Any]", value))
    return isinstance(value, dict) and value != {}


def _is_shallow(value: Any, levels: int) -> bool:
    if isinstance(value, Mapping):
        value = list(cast("Mapping[str, Any]", value).values())
    if not isinstance(value, list):
        return True
    return levels > 0 and all(_is_shallow(each, levels - 1) for each in cast("list[Any]", value))


def _choose(fields: dict[str, Any], names: Sequence[str] | None) -> dict[str, Any]:
    return fields if names is None else {name: fields[name] for name in names if name in fields}


def _lines(value: Any) -> Iterable[str]:
    if isinstance(value, Mapping):
        for name, inner in cast("Mapping[str, Any]", value).items():
            yield from _field(_BETWEEN_WORDS.sub(" ", name), inner)
    elif isinstance(value, list):
        yield from _items(cast("list[Any]", value))
    elif value is not None:
        yield _scalar(value)


def _field(name: str, value: Any) -> Iterable[str]:
    lines = list(_lines(value))
    if _is_nested(value):
        yield f"{name}:"
        yield from (f"{_INDENT}{line}" for line in lines)
    elif lines:
        yield f"{name}: {lines[0]}"


def _items(values: Sequence[Any]) -> Iterable[str]:
    """Lines of a list: a list of plain values is one line; other items become blocks."""
    if not any(isinstance(value, (Mapping, list)) for value in values):
        if values:
            yield ", ".join(_scalar(value) for value in values if value is not None)
        return
    for value in values:
        first, *rest = [*_lines(value)] or [""]
        yield f"- {first}"
        yield from (f"{_INDENT}{line}" for line in rest)


def _is_nested(value: Any) -> bool:
    if isinstance(value, Mapping):
        return True
    return isinstance(value, list) and any(
        isinstance(each, (Mapping, list)) for each in cast("list[Any]", value)
    )


def _scalar(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
