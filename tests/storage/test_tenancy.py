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


@pytest.mark.parametrize("hostile", ["0'; set local role none; --", "\\'; select 1; --", "%(x)s"])
async def test_whatever_a_tenant_is_called_is_a_value_never_sql(service_pool, hostile):
    async with tenancy.tenant(service_pool, hostile) as connection:
        row = await connection.execute("select current_setting('pgrerank.tenant_id'), current_user")

        assert await row.fetchone() == (hostile, "pgrerank_service")


async def test_time_of_statements_is_bounded_in_the_transaction_alone(service_pool):
    async with tenancy.nobody(service_pool) as connection:
        row = await connection.execute("select current_setting('statement_timeout')")
        assert await row.fetchone() == ("1min",)

    async with service_pool.connection() as connection:
        row = await connection.execute("select current_setting('statement_timeout')")
        assert await row.fetchone() != ("1min",)
