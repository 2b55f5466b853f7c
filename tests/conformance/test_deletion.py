"""What a deleted collection takes with it: the fakes against the Postgres implementations."""

from dataclasses import replace

import pytest

from pgrerank.domain.errors import ConflictError, NotFoundError
from pgrerank.domain.judgment import Judgment
from pgrerank.domain.relevance import StoredCalibration
from pgrerank.domain.threshold import Threshold
from tests.conformance.conftest import MODEL
from tests.conformance.test_references import reference, scored
from tests.fixtures.evaluations import answer, evaluation

JUDGMENT = Judgment(query="q", external_id="a", grade=1, source="human", judged_by="ann")


@pytest.fixture
async def made(ports, tenant_id, docs, calibrate):
    """A calibration of the collection, one of the tenant, and all that names the collection."""
    own, of_tenant = await calibrate(), await calibrate(None)
    threshold = Threshold(name="bot", min_relevance=0.5, created_at=docs.created_at)
    run = evaluation(answer(), collection=docs.name, label="words")
    await ports.thresholds.set(tenant_id, docs, threshold)
    await ports.judgments.add(tenant_id, docs, [JUDGMENT])
    await ports.evaluations.save(tenant_id, docs, run, (ports.embedder.model, MODEL))
    return own, of_tenant, run


async def test_a_deleted_collection_takes_its_calibrations_and_not_those_of_the_tenant(
    ports, tenant_id, docs, made
):
    own, of_tenant, _ = made
    await ports.collections.delete(tenant_id, "docs")

    page = await ports.calibrations.page(tenant_id, None, limit=9, cursor=None)
    used = await ports.calibrations.running(tenant_id, docs, MODEL, "bot", is_search=True)

    assert [each.id for each in page.items] == [of_tenant.id]
    assert (used.calibration.id, used.threshold) == (of_tenant.id, None)
    for asked in (
        ports.calibrations.get(tenant_id, own.id),
        ports.calibrations.sample(tenant_id, own.id),
        ports.calibrations.delete(tenant_id, own.id),
    ):
        with pytest.raises(NotFoundError):
            await asked


@pytest.mark.usefixtures("made")
async def test_a_deleted_collection_takes_its_thresholds(ports, tenant_id, docs):
    await ports.collections.delete(tenant_id, "docs")

    assert await ports.thresholds.all(tenant_id) == []
    with pytest.raises(NotFoundError):
        await ports.thresholds.delete(tenant_id, docs, "bot")


@pytest.mark.usefixtures("made")
async def test_a_deleted_collection_takes_its_judgments(ports, tenant_id, docs):
    await ports.collections.delete(tenant_id, "docs")

    assert await ports.judgments.grades(tenant_id, docs) == {}
    assert await ports.judgments.labels(tenant_id, docs) == []
    assert await ports.judgments.of_judge(tenant_id, docs, "ann") == set()
    assert not await ports.judgments.remove(tenant_id, docs, JUDGMENT)


async def test_a_deleted_collection_takes_its_evaluations(ports, tenant_id, made):
    await ports.collections.delete(tenant_id, "docs")

    page = await ports.evaluations.page(tenant_id, collection=None, limit=9, cursor=None)

    assert page.items == []
    for asked in (
        ports.evaluations.get(tenant_id, made[2].id),
        ports.evaluations.by_label(tenant_id, "words"),
    ):
        with pytest.raises(NotFoundError):
            await asked


async def test_a_new_collection_of_an_old_name_inherits_nothing(ports, tenant_id, made):
    await ports.collections.delete(tenant_id, "docs")
    again = await ports.collections.create(
        tenant_id, "docs", text_search="english", embedder=ports.embedder.model
    )
    await ports.calibrations.delete(tenant_id, made[1].id)

    assert await ports.judgments.grades(tenant_id, again) == {}
    assert await ports.thresholds.all(tenant_id) == []
    assert (
        await ports.calibrations.running(tenant_id, again, MODEL, "bot", is_search=True)
        == StoredCalibration()
    )
    page = await ports.evaluations.page(tenant_id, collection="docs", limit=9, cursor=None)
    assert page.items == []


async def test_what_was_made_for_a_deleted_collection_is_refused(ports, tenant_id, docs, calibrate):
    await ports.collections.delete(tenant_id, "docs")
    threshold = Threshold(name="bot", min_relevance=0.5, created_at=docs.created_at)

    for asked in (
        calibrate(),
        ports.thresholds.set(tenant_id, docs, threshold),
        ports.judgments.add(tenant_id, docs, [JUDGMENT]),
    ):
        with pytest.raises(ConflictError, match="collection was deleted meanwhile"):
            await asked


async def test_a_threshold_of_a_deleted_calibration_is_refused(ports, tenant_id, docs, calibrate):
    made = await calibrate()
    await ports.calibrations.delete(tenant_id, made.id)
    chosen = Threshold(
        name="chosen",
        cutoff=1.0,
        calibration=made.id,
        fingerprint=MODEL.fingerprint,
        created_at=docs.created_at,
    )

    with pytest.raises(ConflictError, match="calibration was deleted meanwhile"):
        await ports.thresholds.set(tenant_id, docs, chosen)
    assert await ports.thresholds.all(tenant_id) == []


async def test_a_run_of_a_deleted_reference_set_is_refused(ports, tenant_id):
    made = reference()
    await ports.references.put(tenant_id, made)
    await ports.references.delete(tenant_id, made.name)

    with pytest.raises(ConflictError, match="reference set was deleted meanwhile"):
        await ports.references.add(tenant_id, made, scored(made))


async def test_a_reference_set_made_anew_has_no_runs_of_the_one_before(ports, tenant_id):
    made = reference()
    await ports.references.put(tenant_id, made)
    await ports.references.add(tenant_id, made, scored(made))
    await ports.references.delete(tenant_id, made.name)
    again = replace(reference(), name=made.name)
    await ports.references.put(tenant_id, again)

    assert await ports.references.newest(tenant_id, again) is None
