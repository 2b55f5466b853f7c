"""Calibrations: the fake against the Postgres implementation."""

from dataclasses import replace

import pytest

from pgrerank.domain.errors import InvalidRequestError, NotFoundError
from pgrerank.domain.relevance import StoredCalibration
from pgrerank.domain.threshold import Threshold
from pgrerank.usecases.calibration.calibrate import in_log_odds
from tests.conformance.conftest import MODEL, SEARCHES, SUPPLIED
from tests.fake_tokens import FakeLate


async def test_a_calibration_is_read_with_its_points_and_its_pairs(ports, tenant_id, calibrate):
    made = await calibrate()

    found = await ports.calibrations.get(tenant_id, made.id)
    sample = await ports.calibrations.sample(tenant_id, made.id)

    assert found == made
    assert found.points
    assert list(sample.scores) == list(in_log_odds(SEARCHES, made).scores)


async def test_calibrations_are_listed_newest_first_without_points(ports, tenant_id, calibrate):
    made = [await calibrate(), await calibrate(None), await calibrate()]

    first = await ports.calibrations.page(tenant_id, None, limit=2, cursor=None)
    rest = await ports.calibrations.page(tenant_id, None, limit=2, cursor=first.cursor)
    own = await ports.calibrations.page(tenant_id, "docs", limit=9, cursor=None)

    listed = [*first.items, *rest.items]
    assert [each.id for each in listed] == [each.id for each in reversed(made)]
    assert [len(each.points) for each in listed] == [0, 0, 0]
    assert [each.id for each in own.items] == [made[2].id, made[0].id]
    with pytest.raises(InvalidRequestError, match="cursor"):
        await ports.calibrations.page(tenant_id, None, limit=2, cursor="nonsense")


async def test_a_deleted_calibration_is_not_there(ports, tenant_id, calibrate):
    made = await calibrate()
    await ports.calibrations.delete(tenant_id, made.id)

    for asked in (
        ports.calibrations.get(tenant_id, made.id),
        ports.calibrations.sample(tenant_id, made.id),
        ports.calibrations.delete(tenant_id, made.id),
    ):
        with pytest.raises(NotFoundError):
            await asked


@pytest.fixture
def running(ports, tenant_id, docs):
    """What a search gets: id of the calibration, and the threshold."""

    async def found(collection=docs, model=MODEL, threshold=None, *, is_search=True):
        stored = await ports.calibrations.running(
            tenant_id, collection, model, threshold, is_search=is_search
        )
        if collection and is_search:
            searched = await ports.calibrations.of_search(tenant_id, collection.name, threshold)
            assert (searched[0].id, searched[1].of(model)) == (collection.id, stored)
        return stored.calibration and stored.calibration.id, stored.threshold

    return found


async def test_a_search_gets_the_newest_of_its_collection_and_reranker(calibrate, running):
    assert await running() == (None, None)
    of_tenant = await calibrate(None)
    assert (await running())[0] == of_tenant.id
    older, newer = await calibrate(), await calibrate()
    assert (await running())[0] == newer.id
    assert older.id != newer.id
    await calibrate(None)
    assert (await running())[0] == newer.id
    of_other = await calibrate(model=FakeLate.model)
    assert (await running())[0] == newer.id
    assert (await running(model=FakeLate.model))[0] == of_other.id


async def test_a_search_gets_one_calibration_of_each_reranker(ports, tenant_id, docs, calibrate):
    await calibrate()
    newer = await calibrate()
    of_other = await calibrate(None, model=FakeLate.model)

    collection, stored = await ports.calibrations.of_search(tenant_id, "docs", None)

    assert collection == docs
    assert [each.id for each in stored.calibrations] == [newer.id, of_other.id]
    with pytest.raises(NotFoundError, match="no collection `dosc`"):
        await ports.calibrations.of_search(tenant_id, "dosc", None)


async def test_supplied_documents_get_a_calibration_of_the_tenant_alone(calibrate, running):
    await calibrate()
    assert await running(None) == (None, None)

    of_tenant = await calibrate(None)

    assert await running(None) == (of_tenant.id, None)


async def test_searches_and_supplied_documents_get_what_was_fitted_to_their_like(
    calibrate, running
):
    of_searches = await calibrate()
    of_pairs = await calibrate(pairs=SUPPLIED)

    assert (await running())[0] == of_searches.id
    assert (await running(is_search=False))[0] == of_pairs.id
    await calibrate()
    assert (await running(is_search=False))[0] == of_pairs.id


async def test_supplied_documents_get_a_calibration_of_searches_if_there_is_no_other(
    calibrate, running
):
    of_searches = await calibrate()

    assert (await running(is_search=False))[0] == of_searches.id


async def test_threshold_brings_the_calibration_that_it_was_chosen_by(
    ports, tenant_id, docs, calibrate, running
):
    older, newer = await calibrate(), await calibrate()
    chosen = Threshold(
        name="chosen",
        cutoff=1.0,
        calibration=older.id,
        fingerprint=MODEL.fingerprint,
        created_at=docs.created_at,
    )
    await ports.thresholds.set(tenant_id, docs, chosen)

    assert (await running(threshold="chosen"))[0] == older.id
    assert (await running())[0] == newer.id


async def test_a_calibration_of_another_collection_is_not_used(
    ports, tenant_id, calibrate, running
):
    beside = await ports.collections.create(
        tenant_id, "beside", text_search="english", embedder=ports.embedder.model
    )
    await calibrate()

    assert await running(beside) == (None, None)


async def test_a_search_gets_the_curve_and_the_threshold_that_it_names(
    ports, tenant_id, docs, calibrate
):
    made = await calibrate()
    named = Threshold(name="bot", min_relevance=0.25, created_at=docs.created_at)
    await ports.thresholds.set(tenant_id, docs, named)

    found = await ports.calibrations.running(tenant_id, docs, MODEL, "bot", is_search=True)
    without = await ports.calibrations.running(tenant_id, docs, MODEL, "other", is_search=True)

    assert found.threshold == replace(named, created_at=None)
    assert without == replace(found, threshold=None)
    assert (found.calibration.curve, found.calibration.pool) == (made.curve, made.pool)
    assert (found.calibration.searches, found.calibration.documents) == (
        made.searches,
        made.documents,
    )
    assert (found.calibration.reranker, found.calibration.fingerprint) == (
        MODEL.name,
        MODEL.fingerprint,
    )


async def test_a_calibration_is_deleted_with_its_thresholds(ports, tenant_id, docs, calibrate):
    made = await calibrate()
    chosen = Threshold(
        name="chosen",
        cutoff=1.0,
        calibration=made.id,
        fingerprint=MODEL.fingerprint,
        created_at=docs.created_at,
    )
    by_hand = Threshold(name="by-hand", min_relevance=0.5, created_at=docs.created_at)
    for each in (chosen, by_hand):
        await ports.thresholds.set(tenant_id, docs, each)

    await ports.calibrations.delete(tenant_id, made.id)

    assert [each.name for each in await ports.thresholds.all(tenant_id)] == ["by-hand"]


async def test_calibrations_of_another_tenant_are_neither_read_nor_deleted(
    ports, tenant_id, docs, calibrate, make_tenant
):
    made, of_tenant, stranger = await calibrate(), await calibrate(None), make_tenant()

    page = await ports.calibrations.page(stranger, None, limit=9, cursor=None)
    used = await ports.calibrations.running(stranger, docs, MODEL, None, is_search=True)

    assert page.items == []
    assert used == StoredCalibration()
    for each in (made, of_tenant):
        for asked in (
            ports.calibrations.get(stranger, each.id),
            ports.calibrations.sample(stranger, each.id),
            ports.calibrations.delete(stranger, each.id),
        ):
            with pytest.raises(NotFoundError):
                await asked
        assert (await ports.calibrations.get(tenant_id, each.id)).id == each.id
