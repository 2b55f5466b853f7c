"""Conversion of second-stage scores to array columns of the rerank log and back."""

from collections.abc import Mapping, Sequence
from typing import Any

from pgrerank.domain.hit_scores import NO_SCORES, HitScores

#: column by field of HitScores
COLUMNS: Mapping[str, str] = {
    "rerank": "rerank_scores",
    "relevance": "relevances",
    "cascade": "cascade_scores",
    "combined": "combined_scores",
    "boost": "boosts",
    "truncated": "truncated",
}
#: null in rankings without such scores, which are most
_OPTIONAL = {"cascade", "combined", "boost"}


def arrays(scores: Sequence[HitScores]) -> dict[str, object]:
    """Array columns of the scores of a ranking's results, in final order."""
    return {column: _array(name, scores) for name, column in COLUMNS.items()}


def _array(name: str, scores: Sequence[HitScores]) -> list[Any] | None:
    values = [getattr(each, name) for each in scores]
    is_empty = all(value == getattr(NO_SCORES, name) for value in values)
    return None if name in _OPTIONAL and is_empty else values


def scores(columns: Mapping[str, Sequence[Any] | None]) -> list[HitScores]:
    """Scores of a ranking's results from its array columns; other columns are ignored."""
    values_by_field = {name: columns[column] for name, column in COLUMNS.items()}
    present = {name: values for name, values in values_by_field.items() if values is not None}
    rows = zip(*present.values(), strict=True)
    return [HitScores(**dict(zip(present, row, strict=True))) for row in rows]
