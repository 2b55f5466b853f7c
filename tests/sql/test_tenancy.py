"""No tenant reaches another's rows, whatever SQL it sends. The tables come from the catalogue."""

from types import SimpleNamespace

import psycopg
import pytest
from psycopg import errors, sql
from psycopg.types.json import Jsonb
from uuid_utils.compat import uuid7

from tests.fixtures import everything, rows

#: no tenant is bound: the setting is unset in a new session, empty after a transaction
UNBOUND = (errors.UndefinedObject, errors.InvalidTextRepresentation)
#: tables on which the service has no grant
CLOSED = {"analyst_grant"}
#: columns of a table that a statement may write
STORED_COLUMNS = """
    select a.attname from pg_attribute as a
    where a.attrelid = %s::regclass and a.attnum > 0 and a.attgenerated = '' and not a.attisdropped
"""


@pytest.fixture(scope="module")
def services(database):
    """Two tenants, each with a row in every table."""
    mine, theirs = database.new_tenant(), database.new_tenant()
    with database.admin() as connection:
        made = everything.store(connection, mine), everything.store(connection, theirs)
        tables = rows.tenant_tables(connection)
    return SimpleNamespace(mine=mine, theirs=theirs, my=made[0], their=made[1], tables=tables)


@pytest.fixture
def service(database, services):
    """A connection of the service's login, bound to `mine`."""
    with database.service(services.mine) as connection:
        yield connection
        connection.rollback()


def statement(text, table):
    return sql.SQL(text).format(sql.Identifier("pgrerank", table))


def open_tables(services):
    return [table for table in services.tables if table not in CLOSED]


def test_every_table_of_tenants_has_row_level_security(database, services):
    with database.admin() as connection:
        bare = connection.execute(
            "select relname from pg_class where relnamespace = 'pgrerank'::regnamespace "
            "and relkind in ('r', 'p') and not relrowsecurity"
        ).fetchall()

    assert {name for (name,) in bare} == {"model", "alembic_version"}
    assert len(services.tables) >= 8


def test_service_reads_its_own_rows_only(services, service):
    seen = {table: rows.owners(service, table) for table in open_tables(services)}

    assert seen == {table: {services.mine} for table in open_tables(services)}


def test_service_reads_no_other_tenant_by_name(services, service):
    names = service.execute("select id from pgrerank.tenant").fetchall()

    assert names == [(services.mine,)]


def test_what_the_service_may_not_read_is_closed(service):
    for table in CLOSED:
        with pytest.raises(errors.InsufficientPrivilege), service.transaction():
            rows.owners(service, table)


@pytest.mark.parametrize(
    "text",
    [
        "update {} set tenant_id = tenant_id where tenant_id = %(theirs)s",
        "delete from {} where tenant_id = %(theirs)s",
    ],
)
def test_service_changes_no_row_of_another(services, service, text):
    for table in open_tables(services):
        try:
            with service.transaction():
                changed = service.execute(statement(text, table), {"theirs": services.theirs})
                assert changed.rowcount == 0, table
        except errors.InsufficientPrivilege:
            continue


def test_service_writes_no_row_into_another(database, services, service):
    for table in services.tables:
        with database.admin() as admin:
            [row] = admin.execute(
                statement("select to_jsonb(t) from {} as t where tenant_id = %s limit 1", table),
                [services.theirs],
            ).fetchone()
            stored = admin.execute(STORED_COLUMNS, [f"pgrerank.{table}"]).fetchall()
        columns = sql.SQL(", ").join(sql.Identifier(name) for (name,) in stored)
        copy = sql.SQL(
            "insert into {0} ({1}) select {1} from jsonb_populate_record(null::{0}, %s)"
        ).format(sql.Identifier("pgrerank", table), columns)
        with pytest.raises(errors.InsufficientPrivilege), service.transaction():
            service.execute(copy, [Jsonb(row)])


def test_service_gives_no_row_of_its_own_away(services, service):
    give = "update {} set tenant_id = %s where tenant_id = %s"
    for table in open_tables(services):
        with pytest.raises(errors.InsufficientPrivilege), service.transaction():
            service.execute(statement(give, table), [services.theirs, services.mine])


def test_row_cannot_hang_on_another_tenants_row(services, service):
    with pytest.raises(errors.ForeignKeyViolation):
        rows.store_document(service, services.mine, services.their.collection_id)


def test_without_a_tenant_nothing_can_be_read(database, services):
    with database.service() as connection:
        for table in [*open_tables(services), "tenant"]:
            with pytest.raises(UNBOUND), connection.transaction():
                connection.execute(statement("select * from {}", table))


def test_without_a_tenant_nothing_can_be_written(database, services):
    with database.service() as connection, pytest.raises(UNBOUND):
        rows.store_collection(connection, services.mine)


def test_binding_ends_with_its_transaction(database, services):
    with database.service() as connection:
        with connection.transaction():
            connection.execute(
                "select set_config('pgrerank.tenant_id', %s, true)", [str(services.mine)]
            )
        with pytest.raises(UNBOUND):
            connection.execute("select * from pgrerank.chunk")


def test_service_cannot_switch_row_level_security_off(service):
    for command in (
        "set role pgrerank_owner",
        "alter table pgrerank.chunk disable row level security",
    ):
        with pytest.raises(errors.InsufficientPrivilege), service.transaction():
            service.execute(command)
    service.execute("set row_security = off")
    with pytest.raises(errors.InsufficientPrivilege):
        service.execute("select * from pgrerank.chunk")


def test_partition_cannot_be_read_past_its_parent(database, service):
    with database.admin() as admin:
        partitions = admin.execute(
            "select relname from pg_class where relispartition and relkind = 'r'"
        ).fetchall()

    assert partitions
    for (name,) in partitions:
        with pytest.raises(errors.InsufficientPrivilege), service.transaction():
            service.execute(statement("select * from {}", name))


@pytest.fixture(scope="module")
def analyst(database, services):
    login = f"analyst_{uuid7().hex}"
    with database.admin() as connection:
        connection.execute(f"create role {login} login in role pgrerank_analyst")
        rows.insert(connection, "analyst_grant", tenant_id=services.theirs, login=login)
    yield login
    with database.admin() as connection:
        connection.execute(f"drop role {login}")


@pytest.fixture
def reader(database, services, analyst):
    with psycopg.connect(database.login_url(analyst)) as connection:
        # The setting that the service's policies read must not matter.
        connection.execute(
            "select set_config('pgrerank.tenant_id', %s, false)", [str(services.mine)]
        )
        connection.commit()
        yield connection
        connection.rollback()


def test_analyst_sees_the_granted_tenant_whatever_is_set(services, reader):
    readable = [table for table in services.tables if table not in {"api_key", "analyst_grant"}]

    seen = {table: rows.owners(reader, table) for table in readable}

    assert seen == {table: {services.theirs} for table in readable}


def test_analyst_sees_the_own_grants_only(services, analyst, reader):
    found = reader.execute("select tenant_id, login from pgrerank.analyst_grant").fetchall()

    assert found == [(services.theirs, analyst)]


def test_analyst_sees_no_key(reader):
    with pytest.raises(errors.InsufficientPrivilege):
        reader.execute("select * from pgrerank.api_key")


def test_analyst_writes_nothing(services, reader):
    for table in services.tables:
        for text in ("delete from {}", "update {} set tenant_id = tenant_id"):
            with pytest.raises(errors.InsufficientPrivilege), reader.transaction():
                reader.execute(statement(text, table))


def test_analyst_without_a_grant_sees_nothing(database):
    login = f"analyst_{uuid7().hex}"
    with database.admin() as admin:
        admin.execute(f"create role {login} login in role pgrerank_analyst")
    with psycopg.connect(database.login_url(login)) as reader:
        assert rows.owners(reader, "rerank_log") == set()
    with database.admin() as admin:
        admin.execute(f"drop role {login}")


def test_analyst_becomes_nobody_else(reader):
    for command in ("set role pgrerank_app", "set session authorization pgrerank_service"):
        with pytest.raises(errors.InsufficientPrivilege), reader.transaction():
            reader.execute(command)
