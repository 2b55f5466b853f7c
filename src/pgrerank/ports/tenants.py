"""The port of tenants."""

from collections.abc import AsyncIterator
from typing import Protocol

from pgrerank.domain.tenant import Tenant


class Tenants(Protocol):
    """Tenants, as the operator manages them."""

    async def create(self, name: str) -> Tenant:
        """Create a tenant. Raises ConflictError if the name is taken."""
        ...

    async def by_name(self, name: str) -> Tenant:
        """The tenant of this name. Raises NotFoundError."""
        ...

    def all(self) -> AsyncIterator[Tenant]:
        """All tenants, by name."""
        ...

    async def set_quota(self, name: str, pairs_per_second: int | None) -> Tenant:
        """Change the quota of reranked pairs; 0: unlimited; None: the default.

        Raises NotFoundError.
        """
        ...

    async def set_keep_texts(self, name: str, *, keep_texts: bool) -> Tenant:
        """Set whether the log keeps the texts of supplied documents. Raises NotFoundError."""
        ...

    async def delete(self, name: str) -> None:
        """Delete a tenant and all it owns. Raises NotFoundError."""
        ...
