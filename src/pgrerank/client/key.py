"""Responses about API keys."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct

KeyScope = Literal["search", "ingest", "admin"]


class Key(Struct, frozen=True, kw_only=True):
    """An API key without its secret."""

    id: UUID
    name: str
    #: first characters of the secret
    prefix: str
    scopes: list[str]
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None


class IssuedKey(Struct, frozen=True, kw_only=True):
    """A new key with its secret, which is shown only once."""

    key: Key
    secret: str


class KeyPage(Struct, frozen=True, kw_only=True):
    """A page of keys, newest first."""

    items: list[Key]
    cursor: str | None = None
