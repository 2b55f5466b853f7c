"""Who may do what, and how much of it: keys, tenants and their quotas."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from pgrerank.domain.ids import TenantId
from pgrerank.domain.page import Page
from pgrerank.domain.tenant import ApiKey, Scope, Tenant


class Keys(Protocol):
    """API keys, seen by the service: found before any tenant is known."""

    async def find(self, prefix: str) -> Sequence[ApiKey]:
        """Keys whose secret begins like this, and that have not expired by the clock of the store."""
        ...

    async def create(
        self,
        tenant_id: TenantId,
        name: str,
        scopes: frozenset[Scope],
        *,
        secret: str,
        expires_at: datetime | None,
    ) -> ApiKey:
        """Store a new key for the tenant."""
        ...

    async def page(self, tenant_id: TenantId, *, limit: int, cursor: str | None) -> Page[ApiKey]:
        """A tenant's keys, newest first, revoked ones too."""
        ...

    async def revoke(self, tenant_id: TenantId, key_id: UUID) -> None:
        """Revoke at once. Revoking twice is no error. Raises NotFoundError."""
        ...


class Tenants(Protocol):
    """Tenants, seen by an operator."""

    async def create(self, name: str) -> Tenant:
        """Make a tenant. Raises ConflictError if the name is taken."""
        ...

    async def named(self, name: str) -> Tenant:
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


class Quotas(Protocol):
    """Quotas of tenants, seen by the service."""

    async def pairs_per_second(self, tenant_id: TenantId) -> int | None:
        """Pairs a tenant may have reranked; 0: no bound; None: the default holds."""
        ...
