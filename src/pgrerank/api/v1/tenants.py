"""Routes of tenants, for the operator of the service."""

from litestar import delete, get, post, put
from litestar.params import JSONBody

from pgrerank.api import media
from pgrerank.api.errors import response_specs
from pgrerank.api.injected import TheServices
from pgrerank.api.v1.schema import administration, requests
from pgrerank.api.v1.schema.responses import IssuedKey, Key, TenantPage, TenantResponse
from pgrerank.usecases import access

TAGS = ["tenants"]


@post(
    "/",
    tags=TAGS,
    summary="Create a tenant",
    operation_id="createTenant",
    guards=[media.json_only],
    responses=response_specs(400, 401, 403, 409, 413, 415, 500, 503),
)
async def create_tenant(
    data: JSONBody[administration.NewTenant], services: TheServices
) -> TenantResponse:
    """Create a tenant, an isolated customer. Next, issue its first key."""
    return TenantResponse.of(await services.tenants.create(data.name))


@get(
    "/",
    tags=TAGS,
    summary="List tenants",
    operation_id="listTenants",
    responses=response_specs(401, 403, 500, 503),
)
async def list_tenants(services: TheServices) -> TenantPage:
    """All tenants, sorted by name."""
    return TenantPage(items=[TenantResponse.of(tenant) async for tenant in services.tenants.all()])


@put(
    "/{name:str}/quota",
    tags=TAGS,
    summary="Set a tenant's quota",
    operation_id="setTenantQuota",
    guards=[media.json_only],
    responses=response_specs(400, 401, 403, 404, 413, 415, 500, 503),
)
async def set_tenant_quota(
    name: requests.Name, data: JSONBody[administration.Quota], services: TheServices
) -> TenantResponse:
    """Set how many pairs per second the tenant may rerank, from the next request on."""
    return TenantResponse.of(await services.tenants.set_quota(name, data.pairs_per_second))


@put(
    "/{name:str}/texts",
    tags=TAGS,
    summary="Set whether a tenant's log stores texts",
    operation_id="setTenantTexts",
    guards=[media.json_only],
    responses=response_specs(400, 401, 403, 404, 413, 415, 500, 503),
)
async def set_tenant_texts(
    name: requests.Name, data: JSONBody[administration.Texts], services: TheServices
) -> TenantResponse:
    """Set whether the log stores the texts of supplied documents, from now on.

    It always stores their hashes.
    """
    return TenantResponse.of(await services.tenants.set_keep_texts(name, keep_texts=data.keep))


@delete(
    "/{name:str}",
    tags=TAGS,
    summary="Delete a tenant",
    operation_id="deleteTenant",
    responses=response_specs(400, 401, 403, 404, 500, 503),
)
async def delete_tenant(name: requests.Name, services: TheServices) -> None:
    """Delete a tenant with its collections, keys and log. This cannot be undone."""
    await services.tenants.delete(name)


@post(
    "/{name:str}/keys",
    tags=TAGS,
    summary="Issue a key for a tenant",
    operation_id="issueTenantKey",
    guards=[media.json_only],
    responses=response_specs(400, 401, 403, 404, 409, 413, 415, 500, 503),
)
async def issue_tenant_key(
    name: requests.Name, data: JSONBody[administration.NewKey], services: TheServices
) -> IssuedKey:
    """Issue a key of this tenant, such as its first one, with the scope `admin`."""
    tenant = await services.tenants.by_name(name)
    key, secret = await access.issue(
        services, tenant.id, data.name, frozenset(data.scopes), data.expires_at
    )
    return IssuedKey(key=Key.of(key), secret=secret)


ROUTES = [
    create_tenant,
    list_tenants,
    set_tenant_quota,
    set_tenant_texts,
    delete_tenant,
    issue_tenant_key,
]
