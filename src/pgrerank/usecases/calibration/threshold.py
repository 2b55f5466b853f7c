"""Store named thresholds that keep a promised precision, or are chosen by hand."""

import asyncio
from dataclasses import replace
from uuid import UUID

from pgrerank.domain.calibration import Fitted
from pgrerank.domain.errors import NotFoundError
from pgrerank.domain.ids import TenantId
from pgrerank.domain.name import validate_name
from pgrerank.domain.threshold import Choice, Promise, Threshold
from pgrerank.ports.services import AdminServices
from pgrerank.usecases.calibration import guarantee

_NEWEST = 500


async def promise(
    admin_services: AdminServices,
    tenant_id: TenantId,
    collection_name: str,
    name: str,
    target: Promise,
    *,
    calibration_id: UUID | None = None,
) -> Choice:
    """Find the loosest cut-off that keeps a promise, and store it under a name if there is one.

    Args:
        admin_services: The ports.
        tenant_id: The tenant.
        collection_name: The collection.
        name: The name of the threshold.
        target: The promise.
        calibration_id: The calibration whose judged pairs are used; None: the newest of the
            collection, else the newest of the whole tenant.

    Raises:
        NotFoundError: No such collection or calibration.
        InvalidRequestError: The name is invalid.
    """
    validate_name(name)
    collection = await admin_services.collections.by_name(tenant_id, collection_name)
    fitted = await _calibration(admin_services, tenant_id, collection_name, calibration_id)
    sample = await admin_services.calibrations.sample(tenant_id, fitted.id)
    choice = await asyncio.to_thread(guarantee.choice, sample, target)
    if choice.cutoff is not None:
        threshold = Threshold(
            name=name,
            cutoff=choice.cutoff,
            promise=target,
            calibration=fitted.id,
            fingerprint=fitted.fingerprint,
            created_at=admin_services.clock.now(),
        )
        await admin_services.thresholds.set(tenant_id, collection, threshold)
    return choice


async def by_hand(
    admin_services: AdminServices,
    tenant_id: TenantId,
    collection_name: str,
    name: str,
    min_relevance: float,
) -> Threshold:
    """Store a named probability below which results are removed, whichever calibration applies.

    Raises:
        NotFoundError: No such collection.
        InvalidRequestError: The value is not a probability, or the name is invalid.
    """
    threshold = Threshold(
        name=validate_name(name), min_relevance=min_relevance, created_at=admin_services.clock.now()
    )
    collection = await admin_services.collections.by_name(tenant_id, collection_name)
    await admin_services.thresholds.set(tenant_id, collection, threshold)
    return replace(threshold, collection=collection_name)


async def _calibration(
    admin_services: AdminServices,
    tenant_id: TenantId,
    collection_name: str,
    calibration_id: UUID | None,
) -> Fitted:
    if calibration_id is not None:
        return await admin_services.calibrations.get(tenant_id, calibration_id)
    page = await admin_services.calibrations.page(tenant_id, None, limit=_NEWEST, cursor=None)
    own = [each for each in page.items if each.collection == collection_name]
    whole = [each for each in page.items if each.collection is None]
    for each in (*own, *whole):
        return each
    raise NotFoundError("calibration", collection_name, "Fit one with: pgrerank calibrate")
