"""The port of quotas."""

from typing import Protocol

from pgrerank.domain.ids import TenantId


class Quotas(Protocol):
    """Quotas of tenants, seen by the service."""

    async def pairs_per_second(self, tenant_id: TenantId) -> int | None:
        """Pairs a tenant may have reranked; 0: no bound; None: the default holds."""
        ...
