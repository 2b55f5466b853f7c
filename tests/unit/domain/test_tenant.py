from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest

from pgrerank.domain import tenant
from pgrerank.domain.errors import ForbiddenError
from pgrerank.domain.tenant import ApiKey, Caller, Scope

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def key(secret: str) -> ApiKey:
    return ApiKey(
        id=UUID(int=1),
        tenant_id=UUID(int=2),
        name="test",
        prefix=tenant.secret_prefix(secret),
        secret_hash=tenant.secret_hash(secret),
        scopes=frozenset({Scope.SEARCH}),
        created_at=NOW,
    )


def test_key_accepts_only_its_own_secret():
    secret = tenant.new_secret()

    assert key(secret).accepts(secret)
    assert not key(secret).accepts(tenant.new_secret())


def test_revoked_key_accepts_nothing():
    secret = tenant.new_secret()
    revoked = replace(key(secret), revoked_at=NOW)

    assert not revoked.accepts(secret)


def test_secrets_are_long_and_never_repeat():
    secrets = {tenant.new_secret() for _ in range(100)}

    assert len(secrets) == 100
    assert min(map(len, secrets)) >= len("pgr_") + 43


def test_secret_does_not_appear_in_the_key():
    secret = tenant.new_secret()

    assert secret not in repr(key(secret))


def test_caller_without_the_scope_is_refused():
    caller = Caller(tenant_id=UUID(int=1), key_id=UUID(int=2), scopes=frozenset({Scope.SEARCH}))

    caller.require(Scope.SEARCH)
    with pytest.raises(ForbiddenError, match="ingest"):
        caller.require(Scope.INGEST)
