"""The port of quotas."""

from typing import Protocol

from pgrerank.domain.ids import TenantId


class Quotas(Protocol):
    """Quotas of tenants, as the service uses them."""

    async def pairs_per_second(self, tenant_id: TenantId) -> int | None:
        """A tenant's quota of reranked pairs; 0: unlimited; None: the default."""
        ...
