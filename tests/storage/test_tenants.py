import psycopg
import pytest

from pgrerank.domain.errors import (
    ConflictError,
    DatabaseUnreachableError,
    InvalidRequestError,
    NotFoundError,
    SettingsError,
    UnmigratedError,
)
from pgrerank.storage import tenancy
from pgrerank.storage.quotas import PostgresQuotas
from pgrerank.storage.tenants import PostgresTenants
from tests.fixtures import everything, rows


@pytest.fixture
def tenants(database):
    return PostgresTenants(database.admin_url)


async def test_tenant_is_found_as_it_was_made(tenants):
    made = await tenants.create("acme")

    assert await tenants.by_name("acme") == made


async def test_name_can_be_taken_once(tenants):
    await tenants.create("twice")

    with pytest.raises(ConflictError, match="exists already"):
        await tenants.create("twice")


async def test_name_is_checked(tenants):
    with pytest.raises(InvalidRequestError, match="name"):
        await tenants.create("No Such Name")


async def test_unknown_tenant_is_not_found(tenants):
    await tenants.create("there")

    with pytest.raises(NotFoundError, match=r"There is no tenant `nobody`\. There (is|are) "):
        await tenants.by_name("nobody")
    with pytest.raises(NotFoundError, match="nobody"):
        await tenants.delete("nobody")


async def test_what_the_log_keeps_is_said_and_unsaid(tenants):
    made = await tenants.create("keeper")

    kept = await tenants.set_keep_texts("keeper", keep_texts=True)
    assert (made.keep_texts, kept.keep_texts) == (False, True)
    assert await tenants.by_name("keeper") == kept

    await tenants.set_keep_texts("keeper", keep_texts=False)
    assert await tenants.by_name("keeper") == made
    with pytest.raises(NotFoundError, match="nobody"):
        await tenants.set_keep_texts("nobody", keep_texts=True)


async def test_listing_is_by_name(fresh_database):
    tenants = PostgresTenants(fresh_database.admin_url)
    for name in ("charlie", "alpha", "bravo"):
        await tenants.create(name)

    assert [tenant.name async for tenant in tenants.all()] == ["alpha", "bravo", "charlie"]


async def test_deleted_tenant_leaves_no_row_behind(fresh_database):
    gone, kept = fresh_database.new_tenant("gone"), fresh_database.new_tenant("kept")
    with fresh_database.admin() as connection:
        everything.store(connection, gone)
        everything.store(connection, kept)

    await PostgresTenants(fresh_database.admin_url).delete("gone")

    with fresh_database.admin() as connection:
        for table in rows.tenant_tables(connection):
            assert rows.owners(connection, table) == {kept}, table


async def test_login_that_may_not_act_as_the_owner_is_told_so(database):
    with pytest.raises(SettingsError, match=r"PGRERANK_ADMIN_DATABASE_URL.*pgrerank_service"):
        await PostgresTenants(database.service_url).create("acme2")


async def test_unmigrated_database_is_named_as_such(empty_database):
    with pytest.raises(UnmigratedError, match="pgrerank migrate"):
        await PostgresTenants(empty_database.admin_url).create("acme3")


async def test_unreachable_database_is_named_as_such():
    with pytest.raises(DatabaseUnreachableError):
        await PostgresTenants("postgresql://nobody@/x?host=/nowhere").create("acme4")


async def test_a_tenant_has_the_quota_it_was_given(tenants, service_pool):
    made = await tenants.create("limited")
    quotas = PostgresQuotas(service_pool)
    seen = [await quotas.pairs_per_second(made.id)]
    for quota in (50, 0, None):
        changed = await tenants.set_quota("limited", quota)
        seen.append(await quotas.pairs_per_second(made.id))
        assert changed == await tenants.by_name("limited")

    assert seen == [None, 50, 0, None]


async def test_unknown_tenant_has_no_quota(tenants):
    await tenants.create("unlimited")

    with pytest.raises(NotFoundError, match=r"There is no tenant `nobody`\. There (is|are) "):
        await tenants.set_quota("nobody", 50)


async def test_a_tenant_cannot_change_its_quota(tenants, service_pool):
    made = await tenants.create("greedy")

    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        async with tenancy.tenant(service_pool, made.id) as connection:
            await connection.execute("update pgrerank.tenant set pairs_per_second = 0")
