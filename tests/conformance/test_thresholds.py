"""Thresholds: the fake against the Postgres implementation."""

import pytest

from pgrerank.domain.errors import NotFoundError
from pgrerank.domain.threshold import Promise, Threshold
from tests.conformance.conftest import MODEL


async def test_a_threshold_takes_the_place_of_its_name(ports, tenant_id, docs):
    for name, least in (("strict", 0.9), ("loose", 0.1), ("strict", 0.8)):
        made = Threshold(name=name, min_relevance=least, created_at=docs.created_at)
        await ports.thresholds.set(tenant_id, docs, made)

    listed = await ports.thresholds.all(tenant_id)
    assert [(each.name, each.min_relevance, each.collection) for each in listed] == [
        ("loose", 0.1, "docs"),
        ("strict", 0.8, "docs"),
    ]
    await ports.thresholds.delete(tenant_id, docs, "loose")
    assert [each.name for each in await ports.thresholds.all(tenant_id)] == ["strict"]
    with pytest.raises(NotFoundError):
        await ports.thresholds.delete(tenant_id, docs, "loose")


async def test_a_threshold_is_read_as_it_was_chosen(ports, tenant_id, docs, calibrate):
    made = await calibrate()
    chosen = Threshold(
        name="bot",
        cutoff=1.5,
        promise=Promise(precision=0.9),
        calibration=made.id,
        fingerprint=MODEL.fingerprint,
        reranker=MODEL.name,
        collection="docs",
        created_at=docs.created_at,
    )
    await ports.thresholds.set(tenant_id, docs, chosen)

    assert await ports.thresholds.all(tenant_id) == [chosen]


async def test_thresholds_of_one_name_belong_to_their_collection(ports, tenant_id, docs):
    beside = await ports.collections.create(
        tenant_id, "beside", text_search="english", embedder=ports.embedder.model
    )
    for place, least in ((docs, 0.1), (beside, 0.2)):
        made = Threshold(name="bot", min_relevance=least, created_at=docs.created_at)
        await ports.thresholds.set(tenant_id, place, made)

    await ports.thresholds.delete(tenant_id, docs, "bot")

    assert [each.collection for each in await ports.thresholds.all(tenant_id)] == ["beside"]


async def test_thresholds_of_another_tenant_are_neither_read_nor_deleted(
    ports, tenant_id, docs, make_tenant
):
    made = Threshold(name="bot", min_relevance=0.5, created_at=docs.created_at)
    await ports.thresholds.set(tenant_id, docs, made)
    stranger = make_tenant()

    assert await ports.thresholds.all(stranger) == []
    with pytest.raises(NotFoundError):
        await ports.thresholds.delete(stranger, docs, "bot")
    assert [each.name for each in await ports.thresholds.all(tenant_id)] == ["bot"]
