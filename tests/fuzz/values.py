"""Values by schema, valid and invalid."""

import copy
import random
from collections.abc import Mapping, Sequence
from typing import Any

TEXTS = [
    "a red fox",
    "",
    " ",
    "\0",
    "a\0b",
    "\ud800",
    "tail \udc00",
    "\ufeffmark",
    "\u202eright to left",
    "e" * 8001,
    "e" * 2500 + "*",
    '"a phrase" -word or*',
    "' or 1 = 1 --",
    "$.a ? (@ > 1)",
    "../../etc/passwd",
    "%00%ff",
    "\U0001f600" * 50,
    "\u0e44\u0e17\u0e22",
    "a\nb\r\nc\td",
    "9999-12-31T23:59:59-14:00",
    "0001-01-01T00:00:00+14:00",
    "2026-01-01T00:00:00",
    "00000000-0000-0000-0000-000000000000",
    "ffffffff-ffff-7fff-bfff-ffffffffffff",
    "docs",
    "true",
    "1e3",
]
NUMBERS = [
    *(0, 1, -1, 2, 10, 100, 1000, 10_001, 2**31 - 1, 2**31, 2**63 - 1, 2**63, 2**64, -(2**63)),
    *(10**18, 10**40, 10**400, 0.5, -0.0, 1.0, 1e-400, 1e308, -1e308, 0.1 + 0.2),
]
ODD: Sequence[Any] = [
    None, True, False, [], {}, [[]], [None], {"": None}, {"a.b": 1}, {"$in": []}, {"$gt": {}},
    {"$or": []}, {"$not": {"$not": {}}}, {"a": {"$in": [1, "b", None]}}, [1, "a", None, {}],
    {"\0": 1}, {"\ud800": 1}, {"k": [{"k": [{"k": [1]}]}]},
]  # fmt: skip
DEPTH = 6


class Sampler:
    """Draws values that a schema accepts.

    Args:
        schemas: The named schemas of the description.
        draw: Decides.
    """

    def __init__(self, schemas: Mapping[str, Any], draw: random.Random) -> None:
        self._schemas = schemas
        self._draw = draw

    def value(self, schema: Mapping[str, Any], depth: int = 0) -> Any:  # noqa: PLR0911
        """A value that the schema mostly accepts."""
        if "$ref" in schema:
            return self.value(self._schemas[schema["$ref"].rpartition("/")[2]], depth)
        for choice in ("oneOf", "anyOf", "allOf"):
            if choice in schema:
                return self.value(self._draw.choice(schema[choice]), depth)
        if schema.get("examples") and self._draw.random() < 0.5:
            return copy.deepcopy(self._draw.choice(schema["examples"]))
        if "enum" in schema:
            return self._draw.choice(schema["enum"])
        return self._of_type(schema, depth)

    def _of_type(self, schema: Mapping[str, Any], depth: int) -> Any:  # noqa: PLR0911
        match schema.get("type"):
            case "object":
                return self._object(schema, depth)
            case "array":
                count = 0 if depth > DEPTH else self._draw.randint(1, 3)
                return [self.value(schema.get("items", {}), depth + 1) for _ in range(count)]
            case "integer":
                return self._draw.randint(1, 20)
            case "number":
                return round(self._draw.random(), 3)
            case "boolean":
                return self._draw.random() < 0.5
            case "null":
                return None
            case "string":
                return self._draw.choice(["docs", "a red fox", "text"])
        return self._draw.choice(["text", 1, None, {"a": 1}])

    def _object(self, schema: Mapping[str, Any], depth: int) -> dict[str, Any]:
        properties = schema.get("properties")
        if not properties:
            return {"a": self._draw.choice([1, "b", None, {"$gt": 1}])}
        required = schema.get("required", ())
        return {
            name: self.value(inner, depth + 1)
            for name, inner in properties.items()
            if name in required or self._draw.random() < 0.3
        }


def odd(draw: random.Random) -> Any:
    """An unusual value."""
    return copy.deepcopy(draw.choice([draw.choice(TEXTS), draw.choice(NUMBERS), draw.choice(ODD)]))


def spoiled(value: Any, draw: random.Random) -> Any:
    """A value in which one part is replaced, removed or added."""
    if isinstance(value, dict) and value:
        return _spoiled_object(value, draw)
    if isinstance(value, list) and value and draw.random() < 0.8:
        place = draw.randrange(len(value))
        return [*value[:place], spoiled(value[place], draw), *value[place + 1 :]]
    return odd(draw)


def _spoiled_object(value: dict[str, Any], draw: random.Random) -> Any:
    name = draw.choice(list(value))
    match draw.randrange(8):
        case 0:
            return {key: inner for key, inner in value.items() if key != name}
        case 1:
            return {**value, draw.choice([*TEXTS[:8], "quary", "top_k", "limt"]): odd(draw)}
        case 2:
            return odd(draw)
        case _:
            return {**value, name: spoiled(value[name], draw)}
