"""Keys: the fake against the Postgres implementation."""

from datetime import timedelta
from uuid import uuid4

import pytest

from pgrerank.domain.errors import ConflictError, NotFoundError
from pgrerank.domain.tenant import Scope, new_secret, secret_hash, secret_prefix

SCOPES = frozenset({Scope.SEARCH})


@pytest.fixture
def add(ports, tenant_id):
    """Stores a key of the tenant. Returns it with its secret."""

    async def stored(name="website", *, expires_at=None, of=tenant_id):
        secret = new_secret()
        made = await ports.keys.create(of, name, SCOPES, secret=secret, expires_at=expires_at)
        return made, secret

    return stored


async def test_a_key_is_found_by_the_beginning_of_its_secret(ports, tenant_id, add):
    made, secret = await add()
    [found] = await ports.keys.find(secret_prefix(secret))

    assert found == made
    assert (found.tenant_id, found.secret_hash) == (tenant_id, secret_hash(secret))


async def test_an_expired_key_is_not_found_and_frees_its_name(ports, add):
    past = ports.clock.now() - timedelta(days=1)
    _, secret = await add(expires_at=past)

    assert await ports.keys.find(secret_prefix(secret)) == []
    await add()


async def test_a_name_is_taken_as_long_as_its_key_works(ports, tenant_id, add, make_tenant):
    made, _ = await add()

    with pytest.raises(ConflictError):
        await add()
    await add(of=make_tenant())
    await ports.keys.revoke(tenant_id, made.id)
    await add()


async def test_keys_are_listed_newest_first_with_those_revoked(ports, tenant_id, add):
    made = [(await add(name))[0].id for name in ("a", "b", "c")]
    await ports.keys.revoke(tenant_id, made[1])

    first = await ports.keys.page(tenant_id, limit=2, cursor=None)
    rest = await ports.keys.page(tenant_id, limit=2, cursor=first.cursor)

    assert [key.id for key in (*first.items, *rest.items)] == made[::-1]
    assert rest.cursor is None
    assert [key.revoked_at is None for key in first.items] == [True, False]


async def test_revoking_twice_is_no_error_and_keeps_the_first_instant(ports, tenant_id, add):
    made, _ = await add()
    await ports.keys.revoke(tenant_id, made.id)
    [before] = (await ports.keys.page(tenant_id, limit=9, cursor=None)).items
    await ports.keys.revoke(tenant_id, made.id)
    [after] = (await ports.keys.page(tenant_id, limit=9, cursor=None)).items

    assert before == after


async def test_a_key_of_another_tenant_is_neither_listed_nor_revoked(ports, add, make_tenant):
    made, _ = await add()
    stranger = make_tenant()

    assert (await ports.keys.page(stranger, limit=9, cursor=None)).items == []
    with pytest.raises(NotFoundError):
        await ports.keys.revoke(stranger, made.id)
    with pytest.raises(NotFoundError):
        await ports.keys.revoke(stranger, uuid4())
