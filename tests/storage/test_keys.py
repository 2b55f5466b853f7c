import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from uuid_utils.compat import uuid7

from pgrerank.domain import tenant
from pgrerank.domain.errors import ConflictError, InvalidRequestError, NotFoundError
from pgrerank.domain.ids import TenantId
from pgrerank.domain.tenant import Scope
from pgrerank.storage.keys import PostgresKeys

SEARCH = frozenset({Scope.SEARCH})


@pytest.fixture(scope="module")
def keys(service_pool):
    return PostgresKeys(service_pool)


async def issued(keys, tenant_id, name="app", *, scopes=SEARCH, expires_at=None):
    secret = tenant.new_secret()
    key = await keys.create(tenant_id, name, scopes, secret=secret, expires_at=expires_at)
    return key, secret


async def test_key_is_found_by_its_prefix_before_a_tenant_is_known(keys, two_tenants):
    expires_at = datetime(2031, 5, 6, tzinfo=UTC)
    key, secret = await issued(keys, two_tenants[0], scopes=frozenset(Scope), expires_at=expires_at)

    found = await keys.find(tenant.secret_prefix(secret))

    assert list(found) == [key]
    assert found[0].accepts(secret)


async def test_key_expires_by_the_clock_of_postgres(keys, database, two_tenants):
    key, _ = await issued(keys, two_tenants[0], expires_at=datetime.now(UTC) + timedelta(days=1))
    assert list(await keys.find(key.prefix)) == [key]

    with database.admin() as connection:
        connection.execute("update pgrerank.api_key set expires_at = now() where id = %s", [key.id])

    assert list(await keys.find(key.prefix)) == []


async def test_unknown_prefix_finds_nothing(keys):
    assert list(await keys.find("pgr_nobody__")) == []


async def test_secret_itself_is_not_stored(keys, database, two_tenants):
    _, secret = await issued(keys, two_tenants[0])

    with database.admin() as connection:
        rows = connection.execute("select k::text from pgrerank.api_key as k").fetchall()

    assert rows
    assert not any(secret in row for (row,) in rows)


async def test_revoked_key_no_longer_accepts_and_keeps_its_first_instant(keys, two_tenants):
    key, secret = await issued(keys, two_tenants[0])
    await keys.revoke(two_tenants[0], key.id)
    [first] = await keys.find(key.prefix)

    await keys.revoke(two_tenants[0], key.id)

    [second] = await keys.find(key.prefix)
    assert not second.accepts(secret)
    assert first.revoked_at == second.revoked_at


async def test_key_of_another_tenant_cannot_be_revoked(keys, two_tenants):
    key, secret = await issued(keys, two_tenants[0])

    with pytest.raises(NotFoundError, match=str(key.id)):
        await keys.revoke(two_tenants[1], key.id)

    [still] = await keys.find(key.prefix)
    assert still.accepts(secret)


async def test_listing_is_newest_first_and_ends(keys, new_tenant):
    tenant_id = new_tenant()
    made = [(await issued(keys, tenant_id, name=f"key {i}"))[0] for i in range(5)]

    pages, cursor = [], None
    for _ in range(3):
        page = await keys.page(tenant_id, limit=2, cursor=cursor)
        pages.append([key.name for key in page.items])
        cursor = page.cursor

    assert pages == [["key 4", "key 3"], ["key 2", "key 1"], ["key 0"]]
    assert cursor is None
    assert len(made) == 5


async def test_listing_holds_only_the_tenants_own_keys(keys, two_tenants):
    mine, _ = await issued(keys, two_tenants[0])
    await issued(keys, two_tenants[1])

    page = await keys.page(two_tenants[0], limit=10, cursor=None)

    assert list(page.items) == [mine]


async def test_foreign_cursor_is_refused(keys, two_tenants):
    with pytest.raises(InvalidRequestError, match="cursor"):
        await keys.page(two_tenants[0], limit=1, cursor="nonsense")


async def test_key_for_a_tenant_that_is_gone_is_a_conflict(keys):
    with pytest.raises(ConflictError, match="tenant"):
        await issued(keys, TenantId(uuid7()))


async def test_a_name_in_use_is_refused_and_is_free_once_its_key_is_gone(keys, database):
    tenant_id = database.new_tenant()
    taken, _ = await issued(keys, tenant_id, "web")
    with pytest.raises(ConflictError, match="revoke that key"):
        await issued(keys, tenant_id, "web")
    await keys.revoke(tenant_id, taken.id)

    expired, _ = await issued(keys, tenant_id, "web", expires_at=datetime(2026, 1, 1, tzinfo=UTC))
    after, _ = await issued(keys, tenant_id, "web")

    page = await keys.page(tenant_id, limit=10, cursor=None)
    ends = {key.id: key.revoked_at for key in page.items}
    assert (ends[after.id], ends[expired.id]) == (None, expired.expires_at)


async def test_of_keys_of_one_name_at_once_one_is_made(keys, database):
    tenant_id = database.new_tenant()
    made = await asyncio.gather(
        *(issued(keys, tenant_id, "race") for _ in range(4)), return_exceptions=True
    )

    assert sum(isinstance(each, ConflictError) for each in made) == 3
