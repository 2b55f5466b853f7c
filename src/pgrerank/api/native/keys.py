"""Routes of a tenant's API keys."""

from uuid import UUID

from litestar import delete, get, post
from litestar.params import FromPath, JSONBody

from pgrerank.api import auth, media
from pgrerank.api.errors import response_specs
from pgrerank.api.injected import TheCaller, TheHouse
from pgrerank.api.native import schemas
from pgrerank.api.native.answers import IssuedKey, Key, KeyPage
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
async def issue_key(
    data: JSONBody[schemas.NewKey], house: TheHouse, caller: TheCaller
) -> IssuedKey:
    """A new key of the tenant. Its secret is in this answer and nowhere else."""
    key, secret = await access.issue(
        house, caller.tenant_id, data.name, frozenset(data.scopes), data.expires_at
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
    house: TheHouse,
    caller: TheCaller,
    limit: schemas.PageLimit = schemas.PAGE,
    cursor: schemas.Cursor = None,
) -> KeyPage:
    """The tenant's keys, newest first, revoked ones too. Secrets are not kept."""
    return KeyPage.of(await house.keys.page(caller.tenant_id, limit=limit, cursor=cursor))


@delete(
    "/keys/{key_id:uuid}",
    tags=TAGS,
    summary="Revoke a key",
    operation_id="revokeKey",
    guards=[auth.needs(Scope.ADMIN)],
    responses=response_specs(400, 401, 403, 404, 429, 500, 503),
)
async def revoke_key(key_id: FromPath[UUID], house: TheHouse, caller: TheCaller) -> None:
    """Revoke a key at once. Revoking it again is no error."""
    await house.keys.revoke(caller.tenant_id, key_id)


ROUTES = [issue_key, list_keys, revoke_key]
