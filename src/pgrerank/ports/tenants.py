"""The port of tenants."""

from collections.abc import AsyncIterator
from typing import Protocol

from pgrerank.domain.tenant import Tenant


class Tenants(Protocol):
    """Tenants, seen by an operator."""

    async def create(self, name: str) -> Tenant:
        """Make a tenant. Raises ConflictError if the name is taken."""
        ...

    async def by_name(self, name: str) -> Tenant:
        """Look one up. Raises NotFoundError."""
        ...

    def all(self) -> AsyncIterator[Tenant]:
        """Every tenant, by name."""
        ...

    async def set_quota(self, name: str, pairs_per_second: int | None) -> Tenant:
        """Change how many pairs it may have, 0: no bound, None: the default.

        Raises NotFoundError.
        """
        ...

    async def set_keep_texts(self, name: str, *, keep_texts: bool) -> Tenant:
        """Say whether the log keeps texts that callers bring. Raises NotFoundError."""
        ...

    async def delete(self, name: str) -> None:
        """Delete a tenant and all it owns. Raises NotFoundError."""
        ...
