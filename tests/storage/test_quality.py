"""Measured quality of searches with judged queries."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from uuid_utils.compat import uuid7

from pgrerank.domain.calibration import Method, Unjudged
from pgrerank.domain.request import SearchRequest
from pgrerank.storage import drift
from pgrerank.storage.calibrations import PostgresCalibrations
from pgrerank.usecases.calibration.calibrate import fit_pairs
from pgrerank.usecases.calibration.judged_pairs import CalibrationPlan
from tests.fakes import FakeScorer
from tests.fixtures.collections import embedded
from tests.fixtures.rankings import ranking
from tests.fixtures.samples import Law

QUERY = "walrus?"


@pytest.fixture
async def found(journal):
    """Four candidates, in fused order."""
    await journal.shelf.store(*[embedded(f"d{n}", f"walrus {n}") for n in range(4)])
    return (await journal.shelf.retrieve("walrus")).candidates


@pytest.fixture
def quality(database, journal):
    """The measured quality of the journal's collection."""

    async def counted():
        await drift.count(database.admin_url)
        with database.admin() as admin:
            return admin.execute(
                "select queries, ndcg_without, ndcg_with, calibrated_pairs, calibration_error"
                " from pgrerank.judged_quality where tenant_id = %s",
                [journal.shelf.tenant_id],
            ).fetchone()

    return counted


@pytest.fixture
def calibrated(database, journal):
    """Set the probability of all logged results to 90 % under a new calibration."""

    async def claim():
        sample = Law().sample(30, 10, seed=1)
        plan = CalibrationPlan(
            request=SearchRequest(query=""), method=Method.PLATT, unjudged=Unjudged.IRRELEVANT
        )
        made = replace(
            fit_pairs(sample, plan, FakeScorer.model, warnings=[]),
            id=uuid7(),
            created_at=datetime.now(UTC),
        )
        tenant_id = journal.shelf.tenant_id
        await PostgresCalibrations(journal.shelf.pool).add(
            tenant_id, None, FakeScorer.model, made, sample
        )
        with database.admin() as admin:
            admin.execute(
                "update pgrerank.rerank_log"
                " set relevances = array[0.9, 0.9, 0.9, 0.9], calibration_id = %s"
                " where tenant_id = %s",
                [made.id, tenant_id],
            )

    return claim


async def test_both_orders_are_measured(journal, found, quality):
    await journal.judge(QUERY, found[0].external_id, 3)
    await journal.judge(QUERY, found[3].external_id, 1)
    await journal.record(ranking(found, [0.0, 1.0, 2.0, 3.0]))

    queries, without, reranked, *_ = await quality()

    assert queries == 1
    assert without == pytest.approx((3 + 1 / 2.3219281) / (3 + 1 / 1.5849625))
    assert reranked == pytest.approx((1 + 3 / 2.3219281) / (3 + 1 / 1.5849625))


async def test_clicks_are_no_judgments(journal, found, quality):
    await journal.judge(QUERY, found[0].external_id, source="click")
    await journal.record(ranking(found, [3.0, 2.0, 1.0, 0.0]))

    assert await quality() is None


async def test_a_judge_may_change_their_mind(journal, found, quality):
    await journal.judge(QUERY, found[0].external_id, 0, judged_by="ann")
    await journal.judge(QUERY, found[0].external_id, 2, judged_by="ann")
    await journal.record(ranking(found, [3.0, 2.0, 1.0, 0.0]))

    assert (await quality())[:3] == (1, 1.0, 1.0)


async def test_judges_who_differ_cancel_each_other(journal, found, quality):
    await journal.judge(QUERY, found[0].external_id, 0, judged_by="ann")
    await journal.judge(QUERY, found[0].external_id, 2, judged_by="bob")
    await journal.record(ranking(found, [3.0, 2.0, 1.0, 0.0]))

    assert await quality() is None


async def test_a_calibration_is_held_to_what_was_judged_after_it(
    journal, found, quality, calibrated
):
    first, *others = (each.external_id for each in found)
    await journal.judge(QUERY, first)
    await journal.record(ranking(found, [3.0, 2.0, 1.0, 0.0]))
    await calibrated()
    none = await quality()
    for each in others:
        await journal.judge(QUERY, each, 0)

    assert none[3:] == (0, None)
    assert (await quality())[3:] == (3, pytest.approx(0.9))


async def test_judging_anew_what_a_calibration_was_fitted_to_tells_nothing_of_it(
    journal, found, quality, calibrated
):
    await journal.judge(QUERY, found[0].external_id, judged_by="ann")
    await journal.record(ranking(found, [3.0, 2.0, 1.0, 0.0]))
    await calibrated()
    await journal.judge(QUERY, found[0].external_id, 2, judged_by="ann")

    assert (await quality())[3:] == (0, None)


async def test_probabilities_that_are_wrong_are_an_alert(
    database, journal, found, quality, calibrated
):
    for n in range(30):
        request = SearchRequest(query=f"walrus {n}?")
        await journal.record(ranking(found, [3.0, 2.0, 1.0, 0.0]), request=request)
    await calibrated()
    for n in range(30):
        for place, each in enumerate(found):
            await journal.judge(f"walrus {n}?", each.external_id, int(place == 0))

    await quality()

    with database.admin() as admin:
        checked = admin.execute(
            "select h.state, h.samples, h.value from pgrerank_analytics.health as h"
            " join pgrerank.tenant as t on t.name = h.tenant"
            " where t.id = %s and h.check_name = 'calibration'",
            [journal.shelf.tenant_id],
        ).fetchone()
    state, samples, value = checked
    assert (state, samples) == ("alert", 120)
    assert value == pytest.approx(0.9 - 0.25)
