"""The port of named thresholds."""

from collections.abc import Sequence
from typing import Protocol

from pgrerank.domain.collection import Collection
from pgrerank.domain.ids import TenantId
from pgrerank.domain.threshold import Threshold


class Thresholds(Protocol):
    """Named thresholds."""

    async def set(self, tenant_id: TenantId, collection: Collection, threshold: Threshold) -> None:
        """Store a threshold, replacing one of the same name and collection.

        Raises:
            ConflictError: The collection or the calibration was deleted meanwhile.
        """
        ...

    async def all(self, tenant_id: TenantId) -> Sequence[Threshold]:
        """A tenant's thresholds, by name."""
        ...

    async def delete(self, tenant_id: TenantId, collection: Collection, name: str) -> None:
        """Delete a threshold. Raises NotFoundError."""
        ...
