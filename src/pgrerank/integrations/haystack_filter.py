"""Translates Haystack's metadata filters to filters of a search."""

from collections.abc import Mapping
from typing import Any

_COMPARISONS = {
    "==": "$eq",
    "!=": "$ne",
    ">": "$gt",
    ">=": "$gte",
    "<": "$lt",
    "<=": "$lte",
    "in": "$in",
    "not in": "$nin",
}


def translate(filters: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """A filter of Haystack as a filter of a search. None if it is None or empty.

    Raises:
        ValueError: It is not a valid filter of Haystack, or uses an unknown operator.
    """
    return None if not filters else _condition(filters)


def _condition(condition: Mapping[str, Any]) -> dict[str, Any]:
    operator = condition.get("operator")
    if "field" in condition:
        if operator not in _COMPARISONS or "value" not in condition:
            raise ValueError(f"not a valid comparison of Haystack: {dict(condition)}")
        return {_path(condition["field"]): {_COMPARISONS[operator]: condition["value"]}}
    conditions = [_condition(each) for each in condition.get("conditions", ())]
    match operator:
        case "AND":
            return {"$and": conditions}
        case "OR":
            return {"$or": conditions}
        case "NOT":
            return {"$not": {"$and": conditions}}
        case _:
            raise ValueError(f"not a valid filter of Haystack: {dict(condition)}")


def _path(field: str) -> str:
    """A field of Haystack as a path of a search filter, with backslash and leading `$` escaped."""
    path = field.removeprefix("meta.").replace("\\", "\\\\")
    return f"\\{path}" if path.startswith("$") else path
