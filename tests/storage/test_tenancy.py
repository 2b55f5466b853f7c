import pytest
from psycopg import errors

from pgrerank.storage import tenancy


async def test_tenant_binds_the_transaction_to_its_tenant(service_pool, two_tenants):
    first, _second = two_tenants

    async with tenancy.tenant(service_pool, first) as connection:
        rows = await (await connection.execute("select id from pgrerank.tenant")).fetchall()

    assert rows == [(first,)]


async def test_tenant_binding_ends_with_the_transaction(service_pool, two_tenants):
    async with tenancy.tenant(service_pool, two_tenants[0]):
        pass

    async with tenancy.nobody(service_pool) as connection:
        with pytest.raises((errors.InvalidTextRepresentation, errors.UndefinedObject)):
            await connection.execute("select id from pgrerank.tenant")
