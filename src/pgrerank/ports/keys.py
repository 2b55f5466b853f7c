"""The port of API keys."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from pgrerank.domain.ids import TenantId
from pgrerank.domain.page import Page
from pgrerank.domain.tenant import ApiKey, Scope


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
