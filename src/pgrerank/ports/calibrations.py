"""The port of calibrations, which turn scores into probabilities."""

from typing import Protocol
from uuid import UUID

from pgrerank.domain.calibration import Fitted, Sample
from pgrerank.domain.collection import Collection
from pgrerank.domain.ids import TenantId
from pgrerank.domain.model import ModelCard
from pgrerank.domain.page import Page
from pgrerank.domain.relevance import StoredCalibration, StoredCalibrations


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
        """Store a calibration with its pairs; without a collection, for the whole tenant.

        Raises:
            ConflictError: The collection was deleted meanwhile.
        """
        ...

    async def get(self, tenant_id: TenantId, calibration_id: UUID) -> Fitted:
        """A calibration with its points. Raises NotFoundError."""
        ...

    async def page(
        self, tenant_id: TenantId, collection: str | None, *, limit: int, cursor: str | None
    ) -> Page[Fitted]:
        """Calibrations, newest first, without points; only of the collection if it is named.

        Raises:
            InvalidRequestError: The cursor is not from this listing.
        """
        ...

    async def sample(self, tenant_id: TenantId, calibration_id: UUID) -> Sample:
        """The pairs that a calibration was fitted to. Raises NotFoundError."""
        ...

    async def delete(self, tenant_id: TenantId, calibration_id: UUID) -> None:
        """Delete a calibration with its thresholds. Raises NotFoundError."""
        ...

    async def of_search(
        self, tenant_id: TenantId, collection_name: str, threshold: str | None
    ) -> tuple[Collection, StoredCalibrations]:
        """The collection of a search, with what is stored for its results: all that it needs.

        The calibrations are those of the collection and those of the whole tenant, in the order of
        `running`.

        Raises:
            NotFoundError: The tenant has no such collection. Whether there is a threshold of this
                name is for the caller to check.
        """
        ...

    async def running(
        self,
        tenant_id: TenantId,
        collection: Collection | None,
        model: ModelCard,
        threshold: str | None,
        *,
        is_search: bool,
    ) -> StoredCalibration:
        """The stored calibration and threshold for results that a reranker scores.

        Prefers calibrations of that reranker to others, then the one by which the threshold was
        chosen, then those that have a scale of searches or of supplied documents, as is asked, then
        those of the collection to those of the whole tenant, then the newest. Without a collection
        only calibrations of the whole tenant count, and there is no threshold.
        """
        ...
