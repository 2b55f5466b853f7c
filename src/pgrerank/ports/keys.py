"""The port of API keys."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from pgrerank.domain.ids import TenantId
from pgrerank.domain.page import Page
from pgrerank.domain.tenant import ApiKey, Scope


class Keys(Protocol):
    """API keys, as the service uses them."""

    async def find(self, prefix: str) -> Sequence[ApiKey]:
        """Keys of any tenant with this prefix that are not expired by the clock of the store."""
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
        """A tenant's keys, newest first, including revoked ones."""
        ...

    async def revoke(self, tenant_id: TenantId, key_id: UUID) -> None:
        """Revoke a key at once. Revoking it twice is no error. Raises NotFoundError."""
        ...
