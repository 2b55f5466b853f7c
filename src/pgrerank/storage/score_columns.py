"""Conversion of second-stage scores to array columns of the rerank log and back."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

from pgrerank.domain.hit_scores import NO_SCORES, HitScores, ScoreParts

#: column by field of ScoreParts
PARTS: Mapping[str, str] = {field.name: f"{field.name}_parts" for field in fields(ScoreParts)}
#: column by field of HitScores, except `parts`
SCORES: Mapping[str, str] = {
    "rerank": "rerank_scores",
    "relevance": "relevances",
    "cascade": "cascade_scores",
    "boost": "boosts",
    "truncated": "truncated",
}
COLUMNS = (*SCORES.values(), *PARTS.values())
#: null in rankings without such scores, which are most
_OPTIONAL = {"cascade", "boost"}


def arrays(scores: Sequence[HitScores]) -> dict[str, object]:
    """Array columns of the scores of a ranking's results, in final order."""
    return {
        **{column: _array(name, scores) for name, column in SCORES.items()},
        **_part_arrays([each.parts for each in scores]),
    }


def _array(name: str, scores: Sequence[HitScores]) -> list[Any] | None:
    values = [getattr(each, name) for each in scores]
    if name not in _OPTIONAL:
        return values
    nothing = getattr(NO_SCORES, name)
    return None if all(value == nothing for value in values) else values


def _part_arrays(parts: Sequence[ScoreParts | None]) -> Mapping[str, object]:
    """Array columns of the parts; null if no result has any."""
    if not any(parts):
        return dict.fromkeys(PARTS.values())
    return {
        column: [None if each is None else getattr(each, name) for each in parts]
        for name, column in PARTS.items()
    }


def scores(columns: Mapping[str, Sequence[Any] | None]) -> list[HitScores]:
    """Scores of a ranking's results from its array columns; other columns are ignored."""
    values_by_field = {name: columns[column] for name, column in SCORES.items()}
    present = {name: values for name, values in values_by_field.items() if values is not None}
    rows = [dict(zip(present, row, strict=True)) for row in zip(*present.values(), strict=True)]
    parts = _parts(columns, len(rows))
    return [HitScores(**row, parts=each) for row, each in zip(rows, parts, strict=True)]


def _parts(columns: Mapping[str, Sequence[Any] | None], count: int) -> list[ScoreParts | None]:
    values_by_field = {name: columns[column] for name, column in PARTS.items()}
    present = [values for values in values_by_field.values() if values is not None]
    if not present:
        return [None] * count
    return [
        None if row[0] is None else ScoreParts(**dict(zip(PARTS, row, strict=True)))
        for row in zip(*present, strict=True)
    ]
