"""Tenants in PostgreSQL, for operators."""

from collections.abc import AsyncIterator, Mapping

from psycopg.rows import class_row
from uuid_utils.compat import uuid7

from pgrerank.domain import ids, suggestion
from pgrerank.domain.errors import NotFoundError
from pgrerank.domain.ids import TenantId
from pgrerank.domain.name import validate_name
from pgrerank.domain.tenant import Tenant
from pgrerank.storage import admin, queries
from pgrerank.storage.pool import Connection

_REMEDY = "Make one with: pgrerank tenant add"


class PostgresTenants:
    """The port Tenants. Each call uses its own connection, as the owner role.

    Args:
        url: PostgreSQL URL of a login that may `set role pgrerank_owner`.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._statements = queries.load("tenants")

    async def create(self, name: str) -> Tenant:
        """Create a tenant.

        Raises:
            ConflictError: The name is taken.
            InvalidRequestError: The name is invalid.
        """
        identifier = TenantId(uuid7())
        tenant = Tenant(
            id=identifier, name=validate_name(name), created_at=ids.created_at(identifier)
        )
        async with admin.owner(self._url) as connection:
            await connection.execute(
                self._statements["create"],
                {"id": tenant.id, "name": tenant.name, "created_at": tenant.created_at},
            )
        return tenant

    async def by_name(self, name: str) -> Tenant:
        """The tenant of a name.

        Raises:
            NotFoundError: There is no such tenant.
        """
        async with admin.owner(self._url) as connection:
            cursor = connection.cursor(row_factory=class_row(Tenant))
            await cursor.execute(self._statements["by_name"], {"name": name})
            found = await cursor.fetchone()
            if found is None:
                raise await self._no_tenant(connection, name)
        return found

    async def all(self) -> AsyncIterator[Tenant]:
        """All tenants, ordered by name."""
        async with admin.owner(self._url) as connection:
            cursor = connection.cursor(row_factory=class_row(Tenant))
            await cursor.execute(self._statements["all"])
            tenants = await cursor.fetchall()
        for tenant in tenants:
            yield tenant

    async def set_quota(self, name: str, pairs_per_second: int | None) -> Tenant:
        """Set the reranked pairs per second of a tenant. 0: unlimited; None: the default.

        Raises:
            NotFoundError: There is no such tenant.
        """
        return await self._change("set_quota", {"name": name, "pairs_per_second": pairs_per_second})

    async def set_keep_texts(self, name: str, *, keep_texts: bool) -> Tenant:
        """Set whether the log keeps the texts of supplied documents from now on.

        Raises:
            NotFoundError: There is no such tenant.
        """
        return await self._change("set_keep_texts", {"name": name, "keep_texts": keep_texts})

    async def delete(self, name: str) -> None:
        """Delete a tenant and everything it owns, including its log.

        Raises:
            NotFoundError: There is no such tenant.
        """
        async with admin.owner(self._url) as connection:
            deleted = await connection.execute(self._statements["delete"], {"name": name})
            if await deleted.fetchone() is None:
                raise await self._no_tenant(connection, name)

    async def _change(self, how: str, values: Mapping[str, object]) -> Tenant:
        async with admin.owner(self._url) as connection:
            cursor = connection.cursor(row_factory=class_row(Tenant))
            await cursor.execute(self._statements[how], values)
            changed = await cursor.fetchone()
            if changed is None:
                raise await self._no_tenant(connection, str(values["name"]))
        return changed

    async def _no_tenant(self, connection: Connection, name: str) -> NotFoundError:
        rows = await connection.execute(self._statements["names"])
        remedy = suggestion.remedy(name, [row[0] for row in await rows.fetchall()])
        return NotFoundError("tenant", name, remedy or _REMEDY)
