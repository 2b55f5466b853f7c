"""API keys in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.rows import kwargs_row
from uuid_utils.compat import uuid7

from pgrerank.domain import ids, tenant
from pgrerank.domain.errors import NotFoundError
from pgrerank.domain.ids import KeyId, TenantId
from pgrerank.domain.page import Page
from pgrerank.domain.tenant import ApiKey, Scope
from pgrerank.storage import cursor as cursors
from pgrerank.storage import queries, tenancy
from pgrerank.storage.pool import Pool


class PostgresKeys:
    """The port Keys, using the service's pool."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._statements = queries.load("keys")

    async def find(self, prefix: str) -> Sequence[ApiKey]:
        """Unexpired keys of any tenant whose secret begins with this prefix."""
        [rows] = await tenancy.run(
            self._pool, None, self._statements["find"], parameters={"prefix": prefix}
        )
        return [_key(**row) for row in rows]

    async def create(
        self,
        tenant_id: TenantId,
        name: str,
        scopes: frozenset[Scope],
        *,
        secret: str,
        expires_at: datetime | None,
    ) -> ApiKey:
        """Store a new key with the prefix and hash of its secret.

        Raises:
            ConflictError: An active key of the tenant has this name.
        """
        identifier = KeyId(uuid7())
        key = ApiKey(
            id=identifier,
            tenant_id=tenant_id,
            name=name,
            prefix=tenant.secret_prefix(secret),
            secret_hash=tenant.secret_hash(secret),
            scopes=scopes,
            created_at=ids.created_at(identifier),
            expires_at=expires_at,
        )
        async with tenancy.tenant(self._pool, tenant_id) as connection:
            await connection.execute(self._statements["retire"], _parameters(key))
            await connection.execute(self._statements["create"], _parameters(key))
        return key

    async def page(self, tenant_id: TenantId, *, limit: int, cursor: str | None) -> Page[ApiKey]:
        """A tenant's keys, including revoked ones, newest first.

        Raises:
            InvalidRequestError: This listing did not return the cursor.
        """
        parameters = {
            "tenant_id": tenant_id,
            "before": cursors.identifier(cursor),
            "row_count": limit + 1,
        }
        async with tenancy.tenant(self._pool, tenant_id) as connection:
            rows = connection.cursor(row_factory=kwargs_row(_key))
            await rows.execute(self._statements["page"], parameters)
            keys = await rows.fetchall()
        return cursors.page(keys, limit, lambda key: str(key.id))

    async def revoke(self, tenant_id: TenantId, key_id: UUID) -> None:
        """Revoke a key immediately. Revoking it again keeps the first time.

        Raises:
            NotFoundError: The tenant has no such key.
        """
        async with tenancy.tenant(self._pool, tenant_id) as connection:
            revoked = await connection.execute(
                self._statements["revoke"], {"tenant_id": tenant_id, "id": key_id}
            )
            if await revoked.fetchone() is None:
                raise NotFoundError("key", key_id)


def _key(*, scopes: list[str], **columns: Any) -> ApiKey:
    return ApiKey(scopes=tenant.scopes(scopes), **columns)


def _parameters(key: ApiKey) -> dict[str, object]:
    return {
        "tenant_id": key.tenant_id,
        "id": key.id,
        "name": key.name,
        "prefix": key.prefix,
        "secret_hash": key.secret_hash,
        "scopes": sorted(key.scopes),
        "created_at": key.created_at,
        "expires_at": key.expires_at,
    }
