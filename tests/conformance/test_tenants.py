"""Tenants and Quotas: each fake against the Postgres implementation."""

from uuid import uuid4

import pytest

from pgrerank.domain.errors import ConflictError, NotFoundError
from pgrerank.storage.quotas import PostgresQuotas
from tests.fake_access import FakeQuotas


@pytest.fixture
def names():
    """Three names in sorted order that no other test uses."""
    return [f"{letter}-{uuid4().hex}" for letter in "abc"]


async def test_a_tenant_is_made_once_and_looked_up(ports, names):
    made = await ports.tenants.create(names[0])

    assert await ports.tenants.by_name(names[0]) == made
    with pytest.raises(ConflictError):
        await ports.tenants.create(names[0])


async def test_tenants_are_listed_by_name(ports, names):
    for name in reversed(names):
        await ports.tenants.create(name)

    assert [each.name async for each in ports.tenants.all() if each.name in names] == names


async def test_quota_and_texts_of_a_tenant_are_set(ports, names):
    made = await ports.tenants.create(names[0])
    changed = await ports.tenants.set_quota(names[0], 7)
    kept = await ports.tenants.set_keep_texts(names[0], keep_texts=True)

    assert (made.pairs_per_second, changed.pairs_per_second) == (None, 7)
    assert (made.keep_texts, kept.keep_texts) == (False, True)
    assert await ports.tenants.by_name(names[0]) == kept
    assert (await ports.tenants.set_quota(names[0], None)).pairs_per_second is None


async def test_a_tenant_that_is_not_there_is_said_so(ports, names):
    await ports.tenants.create(names[0])
    await ports.tenants.delete(names[0])

    for asked in (
        ports.tenants.by_name(names[0]),
        ports.tenants.delete(names[0]),
        ports.tenants.set_quota(names[0], 1),
        ports.tenants.set_keep_texts(names[0], keep_texts=True),
    ):
        with pytest.raises(NotFoundError):
            await asked


@pytest.fixture
def quotas(part, ports, request):
    if part == "fake":
        return FakeQuotas(ports.tenants)
    return PostgresQuotas(request.getfixturevalue("service_pool"))


async def test_the_quota_of_a_tenant_is_read_as_it_is_now(ports, names, quotas, make_tenant):
    tenant = await ports.tenants.create(names[0])

    assert await quotas.pairs_per_second(tenant.id) is None
    for given in (7, 0, None):
        await ports.tenants.set_quota(names[0], given)
        assert await quotas.pairs_per_second(tenant.id) == given
    await ports.tenants.set_quota(names[0], 7)
    assert await quotas.pairs_per_second(make_tenant()) is None
    await ports.tenants.delete(names[0])
    assert await quotas.pairs_per_second(tenant.id) is None
