import pytest
from psycopg import errors

from pgrerank.domain.errors import UnavailableError
from pgrerank.storage import tenancy
from pgrerank.storage.pool import pool


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


async def rows_of(connections, tenant, *statements, **parameters):
    return await tenancy.run(connections, tenant, *statements, parameters=parameters)


async def test_statements_run_together_are_bound_to_their_tenant(service_pool, two_tenants):
    first, second = two_tenants

    settings, tenants = await rows_of(
        service_pool,
        first,
        "select current_setting('statement_timeout') as timeout, %(text)s as text;",
        "select id from pgrerank.tenant;",
        text="it's; \\' %",
    )

    assert settings == [{"timeout": "1min", "text": "it's; \\' %"}]
    assert tenants == [{"id": first}]
    assert (await rows_of(service_pool, second, "select id from pgrerank.tenant;")) == [
        [{"id": second}]
    ]


async def test_nothing_of_statements_run_together_stays_with_the_connection(
    service_pool, two_tenants
):
    await rows_of(service_pool, two_tenants[0], "select 1 as one;")

    with pytest.raises((errors.InvalidTextRepresentation, errors.UndefinedObject)):
        await rows_of(service_pool, None, "select id from pgrerank.tenant;")
    [rows] = await rows_of(service_pool, None, "select 1 as one;")
    assert rows == [{"one": 1}]


async def test_statements_run_together_are_committed_together_or_not_at_all(
    service_pool, two_tenants
):
    insert = (
        "insert into pgrerank.api_key (tenant_id, id, name, prefix, secret_hash, scopes) "
        "values (%(tenant_id)s, gen_random_uuid(), %(name)s, 'x', '', '{}');"
    )
    names = "select name from pgrerank.api_key where name in ('kept', 'undone');"
    tenant_id = two_tenants[0]

    inserted = await rows_of(service_pool, tenant_id, insert, tenant_id=tenant_id, name="kept")
    with pytest.raises(errors.DivisionByZero):
        await rows_of(
            service_pool, tenant_id, insert, "select 1 / 0;", tenant_id=tenant_id, name="undone"
        )

    assert inserted == [[]]
    assert await rows_of(service_pool, tenant_id, names) == [[{"name": "kept"}]]


async def test_statements_of_a_dead_connection_run_on_another(database, two_tenants):
    async with pool(database.service_url, size=2) as connections:
        await rows_of(connections, None, "select 1 as one;")
        with database.admin() as admin:
            admin.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity "
                "where datname = current_database() and application_name = 'pgrerank'"
            )

        [rows] = await rows_of(connections, two_tenants[0], "select id from pgrerank.tenant;")

    assert rows == [{"id": two_tenants[0]}]


async def test_statements_that_kill_their_connection_run_twice_at_most(database):
    async with pool(database.service_url, size=2) as connections:
        with pytest.raises(UnavailableError):
            await rows_of(connections, None, "select pg_terminate_backend(pg_backend_pid());")
        [rows] = await rows_of(connections, None, "select 1 as one;")

    assert rows == [{"one": 1}]
