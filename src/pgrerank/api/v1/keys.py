"""Routes of a tenant's API keys."""

from uuid import UUID

from litestar import delete, get, post
from litestar.params import FromPath, JSONBody

from pgrerank.api import auth, media
from pgrerank.api.call import TheCall
from pgrerank.api.errors import response_specs
from pgrerank.api.v1.schema import administration, requests
from pgrerank.api.v1.schema.responses import IssuedKey, Key, KeyPage
from pgrerank.domain.tenant import Scope
from pgrerank.usecases import access

TAGS = ["keys"]


@post(
    "/keys",
    tags=TAGS,
    summary="Issue a key",
    operation_id="issueKey",
    guards=[auth.needs(Scope.ADMIN), media.json_only],
    responses=response_specs(400, 401, 403, 409, 413, 415, 429, 500, 503),
)
async def issue_key(data: JSONBody[administration.NewKey], call: TheCall) -> IssuedKey:
    """Issue a key of the tenant. Only this response contains its secret."""
    key, secret = await access.issue(
        call.services, call.tenant_id, data.name, frozenset(data.scopes), data.expires_at
    )
    return IssuedKey(key=Key.of(key), secret=secret)


@get(
    "/keys",
    tags=TAGS,
    summary="List keys",
    operation_id="listKeys",
    guards=[auth.needs(Scope.ADMIN)],
    responses=response_specs(400, 401, 403, 429, 500, 503),
)
async def list_keys(
    call: TheCall,
    limit: requests.PageLimit = requests.PAGE,
    cursor: requests.Cursor = None,
) -> KeyPage:
    """API keys of the tenant, newest first, including revoked ones, without secrets."""
    return KeyPage.of(await call.services.keys.page(call.tenant_id, limit=limit, cursor=cursor))


@delete(
    "/keys/{key_id:uuid}",
    tags=TAGS,
    summary="Revoke a key",
    operation_id="revokeKey",
    guards=[auth.needs(Scope.ADMIN)],
    responses=response_specs(400, 401, 403, 404, 429, 500, 503),
)
async def revoke_key(key_id: FromPath[UUID], call: TheCall) -> None:
    """Revoke a key immediately. Revoking it again is not an error."""
    await call.services.keys.revoke(call.tenant_id, key_id)


ROUTES = [issue_key, list_keys, revoke_key]
