"""Who is asking, and new keys for those who may."""

from datetime import datetime

from pgrerank.domain import tenant as tenants
from pgrerank.domain.bounds import instant, text
from pgrerank.domain.errors import AuthenticationError, InvalidRequestError
from pgrerank.domain.ids import TenantId
from pgrerank.domain.tenant import MAX_KEY_NAME_CHARACTERS, ApiKey, Caller, Scope
from pgrerank.ports.services import AdminServices


async def authenticate(admin_services: AdminServices, secret: str | None) -> Caller:
    """The caller behind an API key.

    Raises:
        AuthenticationError: No key, or an unknown, expired or revoked one. Which of these it was
            is not told.
    """
    if not secret or not secret.startswith(f"{tenants.KEY_MARK}_") or not secret.isascii():
        raise AuthenticationError
    for key in await admin_services.keys.find(tenants.secret_prefix(secret)):
        if key.accepts(secret):
            return Caller(tenant_id=key.tenant_id, key_id=key.id, scopes=key.scopes)
    raise AuthenticationError


async def issue(
    admin_services: AdminServices,
    tenant_id: TenantId,
    name: str,
    scopes: frozenset[Scope],
    expires_at: datetime | None = None,
) -> tuple[ApiKey, str]:
    """A new key and its secret, which is not kept and cannot be shown again.

    Raises:
        InvalidRequestError: No scope, a name that is blank, too long or cannot be stored, or an
            expiry that is past, after the year 2999 or lacks a time zone.
        ConflictError: A key that works has this name.
    """
    if not scopes:
        raise InvalidRequestError("scopes", f"must name at least one of {', '.join(Scope)}")
    name = name.strip()
    text("name", name, least=1, most=MAX_KEY_NAME_CHARACTERS)
    expires_at = instant("expires_at", expires_at)
    if expires_at is not None and expires_at <= admin_services.clock.now():
        raise InvalidRequestError("expires_at", "must be in the future")
    secret = tenants.new_secret()
    key = await admin_services.keys.create(
        tenant_id, name, scopes, secret=secret, expires_at=expires_at
    )
    return key, secret
