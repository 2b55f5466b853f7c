"""Every score of a result has a column in the log, from which it can be read back."""

from dataclasses import fields, replace

import pytest

from pgrerank.domain.hit_scores import NO_SCORES, HitScores, ScoreParts
from pgrerank.storage import score_columns
from tests.fixtures.rankings import candidate, ranking

NAMES = [field.name for field in fields(HitScores)]
FULL = HitScores(
    rerank=1.5,
    relevance=0.75,
    cascade=0.25,
    parts=ScoreParts(base=-2.0, reranker=1.5, similarity=0.5, words=-0.25, agreement=0.125),
    boost=0.5,
    truncated=True,
)


def test_every_score_has_a_column():
    assert {*score_columns.SCORES, "parts"} == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
async def test_every_score_reads_back_alone(journal, name):
    value = getattr(FULL, name)
    made = ranking([candidate(1), candidate(2)])
    first, second = made.hits
    scored = replace(first, scores=replace(NO_SCORES, **{name: value}))
    await journal.record(replace(made, hits=(scored, second)))

    logged = await journal.rankings.get(journal.shelf.tenant_id, made.id)

    assert [each.scores for each in logged.candidates] == [scored.scores, NO_SCORES]


@pytest.mark.parametrize("column", ["cascade_scores", "base_parts", "agreement_parts", "boosts"])
@pytest.mark.parametrize("count", [0, 2])
def test_a_step_that_scored_nothing_has_null_in_place_of_an_array(column, count):
    assert score_columns.arrays([NO_SCORES] * count)[column] is None
