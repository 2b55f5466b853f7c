"""Authenticate callers and issue API keys."""

from datetime import datetime

from pgrerank.domain import tenant as tenants
from pgrerank.domain.bounds import instant, text
from pgrerank.domain.errors import AuthenticationError, InvalidRequestError
from pgrerank.domain.ids import TenantId
from pgrerank.domain.tenant import MAX_KEY_NAME_CHARACTERS, ApiKey, Caller, Scope
from pgrerank.ports.services import AdminServices


async def authenticate(admin_services: AdminServices, secret: str | None) -> Caller:
    """Return the caller of an API key.

    Raises:
        AuthenticationError: The key is missing, unknown, expired or revoked. The error does not
            disclose which.
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
    """Create a key; return it with its secret, which is not stored and cannot be shown again.

    Raises:
        InvalidRequestError: There is no scope; the name is blank, too long or cannot be stored; or
            the expiry is past, after the year 2999 or has no time zone.
        ConflictError: An active key has this name.
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
