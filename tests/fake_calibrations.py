"""In-memory calibrations and thresholds; see fakes.py."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from pgrerank.domain.calibration import Calibration, Fitted, Sample
from pgrerank.domain.collection import Collection
from pgrerank.domain.errors import ConflictError, NotFoundError
from pgrerank.domain.ids import CollectionId, TenantId
from pgrerank.domain.model import ModelCard
from pgrerank.domain.page import Page
from pgrerank.domain.relevance import StoredCalibration, StoredCalibrations
from pgrerank.domain.threshold import Threshold
from tests.fake_documents import FakeCollections
from tests.fake_page import page


@dataclass
class FakeThresholds:
    collections: FakeCollections = field(default_factory=FakeCollections)
    kept: dict[tuple[TenantId, CollectionId, str], Threshold] = field(default_factory=dict)
    #: calibrations that were deleted
    forgotten: set[UUID] = field(default_factory=set)

    async def set(self, tenant_id: TenantId, collection: Collection, threshold: Threshold) -> None:
        self.collections.require(collection)
        if threshold.calibration in self.forgotten:
            raise ConflictError("The calibration was deleted meanwhile.")
        named = replace(threshold, collection=collection.name)
        self.kept[tenant_id, collection.id, threshold.name] = named

    async def all(self, tenant_id: TenantId) -> Sequence[Threshold]:
        own = [each for (owner, *_), each in self._existing().items() if owner == tenant_id]
        return sorted(own, key=lambda each: (each.name, each.collection))

    async def delete(self, tenant_id: TenantId, collection: Collection, name: str) -> None:
        if (tenant_id, collection.id, name) not in self._existing():
            raise NotFoundError("threshold", name)
        del self.kept[tenant_id, collection.id, name]

    def forget(self, calibration_id: UUID) -> None:
        """Delete the thresholds that were chosen by a calibration."""
        self.forgotten.add(calibration_id)
        self.kept = {k: each for k, each in self.kept.items() if each.calibration != calibration_id}

    def running(
        self, tenant_id: TenantId, collection: Collection, name: str | None
    ) -> Threshold | None:
        """What a search reads of a threshold."""
        stored = self._existing().get((tenant_id, collection.id, name))
        return stored and replace(
            stored, collection=None, created_at=None, calibration=None, promise=None
        )

    def chosen_by(
        self, tenant_id: TenantId, collection: Collection, name: str | None
    ) -> UUID | None:
        """The calibration by which a threshold was chosen."""
        stored = self._existing().get((tenant_id, collection.id, name))
        return stored and stored.calibration

    def _existing(self) -> dict[tuple[TenantId, CollectionId, str], Threshold]:
        """The thresholds of collections that were not deleted."""
        gone = self.collections.deleted
        return {key: each for key, each in self.kept.items() if key[1] not in gone}


@dataclass
class StoredFit:
    fitted: Fitted
    sample: Sample
    #: None: of the whole tenant
    collection_id: CollectionId | None


@dataclass
class FakeCalibrations:
    thresholds: FakeThresholds = field(default_factory=FakeThresholds)
    kept: dict[tuple[TenantId, UUID], StoredFit] = field(default_factory=dict)

    async def add(
        self,
        tenant_id: TenantId,
        collection: Collection | None,
        model: ModelCard,
        fitted: Fitted,
        sample: Sample,
    ) -> None:
        self.thresholds.collections.require(collection)
        self.kept[tenant_id, fitted.id] = StoredFit(fitted, sample, collection and collection.id)

    async def get(self, tenant_id: TenantId, calibration_id: UUID) -> Fitted:
        return self._stored(tenant_id, calibration_id).fitted

    async def page(
        self, tenant_id: TenantId, collection: str | None, *, limit: int, cursor: str | None
    ) -> Page[Fitted]:
        wanted = [
            replace(each.fitted, points=())
            for each in self._of(tenant_id)
            if collection in (None, each.fitted.collection)
        ]
        return page(wanted, lambda e: e.id, limit=limit, cursor=cursor, is_newest_first=True)

    async def sample(self, tenant_id: TenantId, calibration_id: UUID) -> Sample:
        return self._stored(tenant_id, calibration_id).sample

    async def delete(self, tenant_id: TenantId, calibration_id: UUID) -> None:
        self._stored(tenant_id, calibration_id)
        del self.kept[tenant_id, calibration_id]
        self.thresholds.forget(calibration_id)

    async def of_search(
        self, tenant_id: TenantId, collection_name: str, threshold: str | None
    ) -> tuple[Collection, StoredCalibrations]:
        collection = await self.thresholds.collections.by_name(tenant_id, collection_name)
        return collection, self.stored(tenant_id, collection, threshold, is_search=True)

    async def running(
        self,
        tenant_id: TenantId,
        collection: Collection | None,
        model: ModelCard,
        threshold: str | None,
        *,
        is_search: bool,
    ) -> StoredCalibration:
        return self.stored(tenant_id, collection, threshold, is_search=is_search).of(model)

    def stored(
        self,
        tenant_id: TenantId,
        collection: Collection | None,
        threshold: str | None,
        *,
        is_search: bool,
    ) -> StoredCalibrations:
        """The calibrations of a collection and of the tenant, in order; one of each reranker."""
        places = {None, collection and collection.id}
        fits = [each for each in self._of(tenant_id) if each.collection_id in places]
        chosen_by = collection and self.thresholds.chosen_by(tenant_id, collection, threshold)
        fits.sort(
            key=lambda each: (
                each.fitted.id == chosen_by,
                (each.fitted.searches if is_search else each.fitted.documents) is not None,
                not is_search and each.fitted.searches is None,
                each.collection_id is not None,
                each.fitted.id,
            )
        )
        by_model = {each.fitted.fingerprint: each for each in fits}
        return StoredCalibrations(
            calibrations=[
                _calibration(each.fitted)
                for each in reversed(fits)
                if by_model[each.fitted.fingerprint] is each
            ],
            threshold=collection and self.thresholds.running(tenant_id, collection, threshold),
        )

    def _of(self, tenant_id: TenantId) -> list[StoredFit]:
        """The calibrations of a tenant, except those of deleted collections."""
        gone = self.thresholds.collections.deleted
        own = [each for (owner, _), each in self.kept.items() if owner == tenant_id]
        return [each for each in own if each.collection_id not in gone]

    def _stored(self, tenant_id: TenantId, calibration_id: UUID) -> StoredFit:
        own = {each.fitted.id: each for each in self._of(tenant_id)}
        if calibration_id not in own:
            raise NotFoundError("calibration", calibration_id)
        return own[calibration_id]


def _calibration(fitted: Fitted) -> Calibration:
    return Calibration(
        id=fitted.id,
        fingerprint=fitted.fingerprint,
        reranker=fitted.reranker,
        searches=fitted.searches,
        documents=fitted.documents,
        curve=fitted.curve,
        answerable=fitted.answerable,
        pool=fitted.pool,
    )


@dataclass
class GivenCalibration(FakeCalibrations):
    """Gives every search a calibration that was never fitted, for tests of what it does."""

    found: StoredCalibration = field(kw_only=True)

    def stored(
        self,
        tenant_id: TenantId,
        collection: Collection | None,
        threshold: str | None,
        *,
        is_search: bool,
    ) -> StoredCalibrations:
        calibration, named = self.found.calibration, self.found.threshold
        return StoredCalibrations(
            calibrations=[] if calibration is None else [calibration],
            threshold=named if named and named.name == threshold else None,
        )
