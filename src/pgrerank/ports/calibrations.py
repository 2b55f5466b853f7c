"""The port of calibrations, which make probabilities of scores."""

from typing import Protocol
from uuid import UUID

from pgrerank.domain.calibration import Fitted, Sample
from pgrerank.domain.collection import Collection
from pgrerank.domain.ids import TenantId
from pgrerank.domain.model import ModelCard
from pgrerank.domain.page import Page
from pgrerank.domain.relevance import StoredCalibration


class Calibrations(Protocol):
    """Fitted calibrations of rerank scores."""

    async def add(
        self,
        tenant_id: TenantId,
        collection: Collection | None,
        model: ModelCard,
        fitted: Fitted,
        sample: Sample,
    ) -> None:
        """Store one with the pairs it was fitted to; of all of the tenant without a collection."""
        ...

    async def get(self, tenant_id: TenantId, calibration_id: UUID) -> Fitted:
        """One with its points. Raises NotFoundError."""
        ...

    async def page(
        self, tenant_id: TenantId, collection: str | None, *, limit: int, cursor: str | None
    ) -> Page[Fitted]:
        """The newest first, without points; of one collection where it is named.

        Raises:
            InvalidRequestError: The cursor is not one this listing gave.
        """
        ...

    async def sample(self, tenant_id: TenantId, calibration_id: UUID) -> Sample:
        """The pairs it was fitted to. Raises NotFoundError."""
        ...

    async def delete(self, tenant_id: TenantId, calibration_id: UUID) -> None:
        """Delete it with its thresholds. Raises NotFoundError."""
        ...

    async def running(
        self,
        tenant_id: TenantId,
        collection: Collection | None,
        model: ModelCard,
        threshold: str | None,
    ) -> StoredCalibration:
        """What a search of the collection by a reranker goes by.

        The calibration is of that reranker if there is one, else of another; of the collection,
        else of all of the tenant; and the newest of these. Without a collection, for documents
        that the caller brings, of all of the tenant, and there is no threshold.
        """
        ...
