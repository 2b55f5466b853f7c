"""Find what the names in a command mean, and check them before models are loaded for it."""

from collections.abc import Awaitable, Callable, Sequence

from pgrerank.domain.collection import Collection
from pgrerank.domain.ids import TenantId
from pgrerank.ports.services import AdminServices


async def place(
    admin_services: AdminServices, tenant_name: str, collection_name: str
) -> tuple[TenantId, Collection]:
    """A tenant and its collection. Raises NotFoundError, with the most similar existing name."""
    tenant = await admin_services.tenants.by_name(tenant_name)
    return tenant.id, await admin_services.collections.by_name(tenant.id, collection_name)


def exist(
    tenant_name: str | None, *collection_names: str | None
) -> Callable[[AdminServices], Awaitable[None]]:
    """A check that a tenant and its collections exist; None is not checked.

    The check raises NotFoundError, with the most similar existing name.
    """

    async def check(admin_services: AdminServices) -> None:
        if tenant_name is not None:
            await _require(admin_services, tenant_name, [name for name in collection_names if name])

    return check


async def _require(
    admin_services: AdminServices, tenant_name: str, collection_names: Sequence[str]
) -> None:
    tenant = await admin_services.tenants.by_name(tenant_name)
    for name in collection_names:
        await admin_services.collections.by_name(tenant.id, name)
