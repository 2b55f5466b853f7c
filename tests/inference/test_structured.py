"""Facts get similar scores in every form."""

import json
from collections.abc import Callable, Sequence
from statistics import mean
from typing import Any

import pytest

from pgrerank.domain.rerank import SuppliedDocument
from pgrerank.domain.structured import readable
from tests.fixtures.structured import TOLD, Told


def values(record: Any) -> str:
    """The values of a record without its names."""
    if isinstance(record, dict):
        return " ".join(values(value) for value in record.values())
    return " ".join(map(values, record)) if isinstance(record, list) else str(record)


@pytest.fixture
def deviation(late_scorer):
    """Mean and largest deviation of a form's scores from those of prose, over all examples."""

    async def score(told: Told, text: str) -> float:
        (scored,) = await late_scorer.score(told.query, [SuppliedDocument(text).passage])
        return scored.value

    async def measured(form: Callable[[Any], str]) -> tuple[float, float]:
        shares: Sequence[float] = [
            abs(await score(told, form(told.record)) / await score(told, told.prose) - 1)
            for told in TOLD
        ]
        return mean(shares), max(shares)

    return measured


@pytest.mark.parametrize("form", [readable, lambda record: readable(json.dumps(record))])
async def test_a_record_scores_within_a_fifth_of_prose(deviation, form):
    typical, most = await deviation(form)

    assert most < 0.2
    assert typical < 0.08


async def test_other_forms_are_farther_from_prose(deviation):
    typical, _ = await deviation(readable)
    as_json, _ = await deviation(lambda record: json.dumps(record, ensure_ascii=False))
    bare, _ = await deviation(values)

    assert typical < 0.6 * as_json
    assert as_json < bare
