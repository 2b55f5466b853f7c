"""Tenants and their API keys."""

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
PREFIX_LENGTH = 12  # characters, shown in listings and used for look-up


class Scope(StrEnum):
    """A permission of an API key."""

    SEARCH = "search"
    INGEST = "ingest"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tenant:
    """A customer, isolated from all others."""

    id: TenantId
    name: str
    created_at: datetime
    #: quota of reranked pairs; 0: unlimited; None: the default of the service
    pairs_per_second: int | None = None
    #: whether the log keeps the texts of supplied documents in addition to their hashes
    keep_texts: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """An API key as it is stored and listed, without its secret."""

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
        """Whether the secret belongs to this key and the key is not revoked; ignores expiry.

        Compares in constant time.
        """
        is_its_own = hmac.compare_digest(self.secret_hash, secret_hash(secret))
        return is_its_own and self.revoked_at is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """The caller of a request: the tenant and the scopes of the key."""

    tenant_id: TenantId
    key_id: KeyId
    scopes: frozenset[Scope]

    def require(self, scope: Scope) -> None:
        """Raise ForbiddenError unless the caller's key has the scope."""
        if scope not in self.scopes:
            raise ForbiddenError(scope)


def new_secret() -> str:
    """A new API key with 256 random bits. It is shown once; only its hash is stored."""
    return f"{KEY_MARK}_{secrets.token_urlsafe(32)}"


def secret_prefix(secret: str) -> str:
    """The first characters of a key, which may be shown and are indexed."""
    return secret[:PREFIX_LENGTH]


def secret_hash(secret: str) -> bytes:
    """SHA-256 of a key. Keys are long and random, so a slow hash would add no security."""
    return hashlib.sha256(secret.encode()).digest()


def scopes(names: Collection[str]) -> frozenset[Scope]:
    """Scopes from their names, as Postgres stores them."""
    return frozenset(Scope(name) for name in names)
