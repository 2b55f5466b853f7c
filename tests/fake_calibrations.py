"""In-memory calibrations and thresholds."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from pgrerank.domain.calibration import Fitted, Sample
from pgrerank.domain.collection import Collection
from pgrerank.domain.errors import NotFoundError
from pgrerank.domain.ids import TenantId
from pgrerank.domain.model import ModelCard
from pgrerank.domain.page import Page
from pgrerank.domain.relevance import StoredCalibration
from pgrerank.domain.threshold import Threshold
from tests.fake_page import page


@dataclass
class FakeCalibrations:
    """Stores in memory; every search gets `found`, whatever it asks for."""

    found: StoredCalibration = field(default_factory=StoredCalibration)
    kept: dict[UUID, tuple[Fitted, Sample]] = field(default_factory=dict)
    #: models and thresholds that searches requested
    asked: list[tuple[str, str | None]] = field(default_factory=list)

    async def add(
        self,
        tenant_id: TenantId,
        collection: Collection | None,
        model: ModelCard,
        fitted: Fitted,
        sample: Sample,
    ) -> None:
        self.kept[fitted.id] = (fitted, sample)

    async def get(self, tenant_id: TenantId, calibration_id: UUID) -> Fitted:
        return self._kept(calibration_id)[0]

    async def page(
        self, tenant_id: TenantId, collection: str | None, *, limit: int, cursor: str | None
    ) -> Page[Fitted]:
        wanted = [
            replace(fitted, points=())
            for fitted, _ in self.kept.values()
            if collection in (None, fitted.collection)
        ]
        return page(wanted, lambda e: e.id, limit=limit, cursor=cursor, is_newest_first=True)

    async def sample(self, tenant_id: TenantId, calibration_id: UUID) -> Sample:
        return self._kept(calibration_id)[1]

    async def delete(self, tenant_id: TenantId, calibration_id: UUID) -> None:
        self._kept(calibration_id)
        del self.kept[calibration_id]

    async def running(
        self,
        tenant_id: TenantId,
        collection: Collection | None,
        model: ModelCard,
        threshold: str | None,
    ) -> StoredCalibration:
        self.asked.append((model.fingerprint, threshold))
        named = self.found.threshold
        return (
            self.found if named and named.name == threshold else replace(self.found, threshold=None)
        )

    def _kept(self, calibration_id: UUID) -> tuple[Fitted, Sample]:
        if calibration_id not in self.kept:
            raise NotFoundError("calibration", calibration_id)
        return self.kept[calibration_id]


@dataclass
class FakeThresholds:
    kept: dict[tuple[str, str], Threshold] = field(default_factory=dict)

    async def set(self, tenant_id: TenantId, collection: Collection, threshold: Threshold) -> None:
        kept = replace(threshold, collection=collection.name)
        self.kept[collection.name, threshold.name] = kept

    async def all(self, tenant_id: TenantId) -> Sequence[Threshold]:
        return [each for _, each in sorted(self.kept.items(), key=lambda item: item[0][::-1])]

    async def delete(self, tenant_id: TenantId, collection: Collection, name: str) -> None:
        if self.kept.pop((collection.name, name), None) is None:
            raise NotFoundError("threshold", name)
