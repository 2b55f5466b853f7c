"""Retrieval measures, computed by ir-measures; sql/functions has the same in SQL."""

from collections.abc import Mapping, Sequence
from typing import Any

import ir_measures

#: document id to score, by query id: higher is better
Run = Mapping[str, Mapping[str, float]]
#: document id to grade, by query id
Qrels = Mapping[str, Mapping[str, int]]

_library: Any = ir_measures  # half typed


def by_query(names: Sequence[str], run: Run, qrels: Qrels) -> dict[str, dict[str, float]]:
    """Value of each measure for each judged query, 0..1, by measure name and query id.

    A query without results has 0.
    """
    parsed = {_library.parse_measure(name): name for name in names}
    values: dict[str, dict[str, float]] = {name: {} for name in names}
    answered = {query: documents for query, documents in run.items() if documents}
    for each in _library.iter_calc(list(parsed), qrels, answered):
        values[parsed[each.measure]][each.query_id] = float(each.value)
    return values


def scores_by_order(documents: Sequence[str]) -> dict[str, float]:
    """Scores that express only the order of the documents."""
    return {name: float(len(documents) - place) for place, name in enumerate(documents)}
