from dataclasses import replace

import numpy as np
import pytest
from uuid_utils.compat import uuid7

from pgrerank.domain.calibration import CandidatePool, Method, Unjudged
from pgrerank.domain.errors import InvalidRequestError, NotFoundError
from pgrerank.domain.request import SearchRequest
from pgrerank.domain.threshold import Promise, Threshold
from pgrerank.storage.calibrations import PostgresCalibrations
from pgrerank.storage.collections import PostgresCollections
from pgrerank.storage.thresholds import PostgresThresholds
from pgrerank.usecases.calibration.calibrate import fit_pairs, in_log_odds
from pgrerank.usecases.calibration.judged_pairs import CalibrationPlan
from tests.fake_tokens import FakeLate
from tests.fakes import FakeEmbedder, FakeScorer
from tests.fixtures.samples import Law

SAMPLE = Law().searches(30, 10, seed=1)
MODEL = FakeScorer.model
OTHER = FakeLate.model


@pytest.fixture
def calibrations(service_pool):
    return PostgresCalibrations(service_pool)


@pytest.fixture
def thresholds(service_pool):
    return PostgresThresholds(service_pool)


@pytest.fixture
def add(calibrations, shelf):
    """Stores a calibration of the shelf, or of its tenant."""

    async def stored(model=MODEL, *, everywhere=False, method=Method.PLATT):
        plan = CalibrationPlan(
            request=SearchRequest(query=""), method=method, unjudged=Unjudged.IRRELEVANT
        )
        made = replace(
            fit_pairs(SAMPLE, plan, model, warnings=["few"]),
            id=uuid7(),
            created_at=shelf.collection.created_at,
            collection=None if everywhere else shelf.collection.name,
        )
        place = None if everywhere else shelf.collection
        await calibrations.add(shelf.tenant_id, place, model, made, in_log_odds(SAMPLE, made))
        return made

    return stored


@pytest.mark.parametrize("method", Method)
async def test_calibration_comes_back_as_it_was_stored(calibrations, shelf, add, method):
    made = await add(method=method)

    found = await calibrations.get(shelf.tenant_id, made.id)
    sample = await calibrations.sample(shelf.tenant_id, made.id)

    assert found == made
    assert found.pool == CandidatePool(strategy="hybrid", candidates=100, depth=50)
    for name in ("queries", "scores", "relevant", "weights"):
        assert np.array_equal(getattr(sample, name), getattr(in_log_odds(SAMPLE, made), name))


async def test_listing_goes_back_in_time(calibrations, shelf, add):
    made = [await add(), await add(everywhere=True), await add()]

    first = await calibrations.page(shelf.tenant_id, None, limit=2, cursor=None)
    rest = await calibrations.page(shelf.tenant_id, None, limit=2, cursor=first.cursor)
    own = await calibrations.page(shelf.tenant_id, shelf.collection.name, limit=9, cursor=None)

    assert [each.id for each in (*first.items, *rest.items)] == [c.id for c in reversed(made)]
    assert rest.cursor is None
    assert [each.id for each in own.items] == [made[2].id, made[0].id]
    with pytest.raises(InvalidRequestError, match="cursor"):
        await calibrations.page(shelf.tenant_id, None, limit=2, cursor="nonsense")


async def test_search_goes_by_the_newest_of_its_reranker_the_collections_first(
    calibrations, shelf, add
):
    async def running():
        found = await calibrations.running(
            shelf.tenant_id, shelf.collection, MODEL, None, is_search=True
        )
        return found.calibration and found.calibration.id

    before = await running()
    foreign = await add(OTHER)
    only_foreign = await running()
    whole = await add(everywhere=True)
    for_all = await running()
    own = await add()
    await add(everywhere=True)
    for_one = await running()
    newer = await add()
    await add(OTHER)
    newest = await running()

    assert (before, only_foreign, for_all) == (None, foreign.id, whole.id)
    assert (for_one, newest) == (own.id, newer.id)


async def test_running_calibration_has_what_a_search_needs(calibrations, shelf, add):
    made = await add(method=Method.ISOTONIC)

    found = await calibrations.running(
        shelf.tenant_id, shelf.collection, MODEL, None, is_search=True
    )

    assert (found.calibration.curve, found.calibration.pool) == (made.curve, made.pool)
    assert found.calibration.fingerprint == MODEL.fingerprint
    assert found.calibration.answerable == made.answerable
    assert found.threshold is None


async def test_threshold_is_set_again_in_its_own_place(calibrations, thresholds, shelf, add):
    made = await add()
    bot = Threshold(
        name="bot",
        cutoff=0.5,
        promise=Promise(precision=0.9),
        calibration=made.id,
        fingerprint=MODEL.fingerprint,
        created_at=shelf.collection.created_at,
    )
    await thresholds.set(shelf.tenant_id, shelf.collection, bot)
    await thresholds.set(shelf.tenant_id, shelf.collection, replace(bot, cutoff=0.75))
    by_hand = Threshold(name="hand", min_relevance=0.3, created_at=shelf.collection.created_at)
    await thresholds.set(shelf.tenant_id, shelf.collection, by_hand)

    first, second = await thresholds.all(shelf.tenant_id)
    running = await calibrations.running(
        shelf.tenant_id, shelf.collection, MODEL, "bot", is_search=True
    )

    assert first == replace(bot, cutoff=0.75, collection="shelf", reranker=MODEL.name)
    assert second == replace(by_hand, collection="shelf")
    assert (running.threshold.cutoff, running.threshold.fingerprint) == (0.75, MODEL.fingerprint)

    await thresholds.delete(shelf.tenant_id, shelf.collection, "bot")

    gone = await calibrations.running(
        shelf.tenant_id, shelf.collection, MODEL, "bot", is_search=True
    )
    assert gone.threshold is None
    with pytest.raises(NotFoundError):
        await thresholds.delete(shelf.tenant_id, shelf.collection, "bot")


async def test_calibration_takes_its_thresholds_along(calibrations, thresholds, shelf, add):
    made = await add()
    bot = Threshold(
        name="bot",
        cutoff=0.5,
        calibration=made.id,
        fingerprint=MODEL.fingerprint,
        created_at=shelf.collection.created_at,
    )
    await thresholds.set(shelf.tenant_id, shelf.collection, bot)

    await calibrations.delete(shelf.tenant_id, made.id)

    assert await thresholds.all(shelf.tenant_id) == []
    for ask in (calibrations.get, calibrations.sample, calibrations.delete):
        with pytest.raises(NotFoundError):
            await ask(shelf.tenant_id, made.id)


async def test_other_tenant_and_other_collection_see_none(calibrations, shelf, add, new_shelf):
    made = await add()
    stranger = await new_shelf()
    beside = await PostgresCollections(shelf.pool).create(
        shelf.tenant_id, "beside", text_search="english", embedder=FakeEmbedder.model
    )

    theirs = await calibrations.running(
        stranger.tenant_id, shelf.collection, MODEL, None, is_search=True
    )
    besides = await calibrations.running(shelf.tenant_id, beside, MODEL, None, is_search=True)

    assert (theirs.calibration, besides.calibration) == (None, None)
    with pytest.raises(NotFoundError):
        await calibrations.get(stranger.tenant_id, made.id)
