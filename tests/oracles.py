"""Slow, obvious Python versions of what the SQL computes."""

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

K1, B, RRF_K = 0.9, 0.4, 60


def bm25(
    texts: Mapping[str, Sequence[str]], query: Sequence[str], *, k1: float = K1, b: float = B
) -> dict[str, float]:
    """Score of every text that contains a term of the query, by the text's name."""
    average = sum(map(len, texts.values())) / len(texts)
    frequencies = {name: Counter(terms) for name, terms in texts.items()}
    scores: dict[str, float] = {}
    for term, weight in Counter(query).items():
        df = sum(term in counts for counts in frequencies.values())
        idf = math.log(1 + (len(texts) - df + 0.5) / (df + 0.5))
        for name, counts in frequencies.items():
            if term in counts:
                norm = k1 * (1 - b + b * len(texts[name]) / average)
                tf = counts[term]
                scores[name] = scores.get(name, 0) + weight * idf * tf / (tf + norm)
    return scores


def fused(*legs: Sequence[Any]) -> list[tuple[Any, float]]:
    """Reciprocal rank fusion, best first, ties by the item itself."""
    scores: dict[Any, float] = {}
    for leg in legs:
        for rank, thing in enumerate(leg, start=1):
            scores[thing] = scores.get(thing, 0) + 1 / (RRF_K + rank)
    return sorted(scores.items(), key=lambda item: (-item[1], item[0]))


def matches(condition: Mapping[str, Any], metadata: Mapping[str, Any]) -> bool:
    """Whether a document passes a filter of domain/filter.py."""
    return all(_entry(key, value, metadata) for key, value in condition.items())


def _entry(key: str, value: Any, metadata: Mapping[str, Any]) -> bool:
    if key == "$and":
        return all(matches(part, metadata) for part in value)
    if key == "$or":
        return any(matches(part, metadata) for part in value)
    if key == "$not":
        return not matches(value, metadata)
    operators = value if isinstance(value, Mapping) else {"$eq": value}
    found = _at(metadata, steps(key))
    return all(_holds(name, operand, found) for name, operand in operators.items())


def steps(path: str) -> list[str]:
    """The keys of a dotted path, in which a backslash escapes what follows it."""
    found = re.findall(r"((?:\\.|[^.\\])*)\.", path + ".", re.DOTALL)
    return [re.sub(r"\\(.)", r"\1", each, flags=re.DOTALL) for each in found]


def _at(metadata: Any, path: Sequence[str]) -> list[Any]:
    """Every value under a path; each step looks into the elements of an array, one level deep."""
    values = [metadata]
    for step in path:
        elements = [each for value in values for each in _flat(value)]
        values = [each[step] for each in elements if isinstance(each, Mapping) and step in each]
    return values


def _flat(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _holds(name: str, operand: Any, found: Sequence[Any]) -> bool:
    if name in ("$ne", "$nin"):
        return not _holds({"$ne": "$eq", "$nin": "$in"}[name], operand, found)
    if name == "$exists":
        return bool(found) == operand
    elements = [each for value in found for each in _flat(value)]
    if name == "$in":
        return any(_equal(each, choice) for each in elements for choice in operand)
    return any(_comparable(each, operand) and _compares(name, each, operand) for each in elements)


def _compares(name: str, a: Any, b: Any) -> bool:
    if a is None:
        return name in ("$eq", "$gte", "$lte")
    return {"$eq": a == b, "$gt": a > b, "$gte": a >= b, "$lt": a < b, "$lte": a <= b}[name]


def _equal(a: Any, b: Any) -> bool:
    return _comparable(a, b) and a == b


def _comparable(a: Any, b: Any) -> bool:
    return _kind(a) == _kind(b) != "other"


def _kind(value: Any) -> str:
    kinds = {bool: "boolean", int: "number", float: "number", str: "string", type(None): "null"}
    return kinds.get(type(value), "other")
