"""Tenants and the API keys that speak for them."""

import hashlib
import hmac
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pgrerank.domain.errors import ForbiddenError
from pgrerank.domain.ids import KeyId, TenantId

KEY_MARK = "pgr"
MAX_KEY_NAME_CHARACTERS = 200
PREFIX_LENGTH = 12  # characters shown in listings and used for look-up


class Scope(StrEnum):
    """What an API key may do."""

    SEARCH = "search"
    INGEST = "ingest"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tenant:
    """An isolated customer: sees nothing of any other."""

    id: TenantId
    name: str
    created_at: datetime
    #: pairs it may have reranked, 0: as many as it likes; None: the default of the service holds
    pairs_per_second: int | None = None
    #: whether the log keeps the texts of documents that its callers bring, beside their hashes
    keep_texts: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """An API key as it is stored and listed: never the secret itself."""

    id: KeyId
    tenant_id: TenantId
    name: str
    prefix: str
    secret_hash: bytes
    scopes: frozenset[Scope]
    created_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None

    def accepts(self, secret: str) -> bool:
        """Whether this secret opens the key, unless it expired. Compares in constant time."""
        is_its_own = hmac.compare_digest(self.secret_hash, secret_hash(secret))
        return is_its_own and self.revoked_at is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who is asking: the tenant and what its key allows."""

    tenant_id: TenantId
    key_id: KeyId
    scopes: frozenset[Scope]

    def require(self, scope: Scope) -> None:
        """Raise ForbiddenError unless the caller's key has the scope."""
        if scope not in self.scopes:
            raise ForbiddenError(scope)


def new_secret() -> str:
    """A fresh API key with 256 random bits; shown once, then only its hash remains."""
    return f"{KEY_MARK}_{secrets.token_urlsafe(32)}"


def secret_prefix(secret: str) -> str:
    """The part of a key that may be shown and is indexed."""
    return secret[:PREFIX_LENGTH]


def secret_hash(secret: str) -> bytes:
    """SHA-256 of a key. The key is random and long, so a slow hash would add nothing."""
    return hashlib.sha256(secret.encode()).digest()


def scopes(names: Collection[str]) -> frozenset[Scope]:
    """Scopes by name, as Postgres stores them."""
    return frozenset(Scope(name) for name in names)
