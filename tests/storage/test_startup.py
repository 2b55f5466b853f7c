from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

from pgrerank.domain.errors import (
    DatabaseUnreachableError,
    MissingExtensionError,
    NewerDatabaseError,
    OldExtensionError,
    StartupError,
    UnmigratedError,
    UnsafeRoleError,
)
from pgrerank.storage import address, migrate, sqlfile, startup


@pytest.fixture
def login(database):
    """Makes a login with these attributes, dropped after the test."""
    made = []

    def make(attributes):
        made.append(f"login_{uuid4().hex}")
        with database.admin() as connection:
            connection.execute(f"create role {made[-1]} login {attributes}")
        return database.login_url(made[-1])

    yield make
    with database.admin() as connection:
        for name in made:
            connection.execute(sql.SQL("drop role {}").format(sql.Identifier(name)))


async def test_migrated_database_and_bound_login_pass(database):
    await startup.verify(database.service_url)


@pytest.mark.parametrize(
    ("attributes", "reason"),
    [
        ("superuser", "superuser"),
        ("bypassrls in role pgrerank_app", "bypasses row-level security"),
        ("in role pgrerank_app, pgrerank_owner", "member of pgrerank_owner"),
    ],
)
async def test_login_that_row_level_security_does_not_bind_is_refused(login, attributes, reason):
    with pytest.raises(UnsafeRoleError, match=reason) as refused:
        await startup.verify(login(attributes))

    assert "pgrerank login add" in str(refused.value)


async def test_login_that_may_become_superuser_is_refused(login):
    with pytest.raises(UnsafeRoleError, match="may become"):
        await startup.verify(login("in role pgrerank_app, postgres"))


async def test_login_outside_the_group_is_told_how_to_join(login):
    with pytest.raises(StartupError, match="grant pgrerank_app to"):
        await startup.verify(login("noinherit"))


async def test_unmigrated_database_is_refused(empty_database):
    with psycopg.connect(empty_database.admin_url) as connection:
        connection.execute("create extension vector")

    with pytest.raises(UnmigratedError, match=r"\(none\).*pgrerank migrate"):
        await startup.verify(empty_database.service_url)


async def test_database_taken_down_to_nothing_is_refused(fresh_database):
    migrate.downgrade(fresh_database.admin_url, "base")

    with pytest.raises(UnmigratedError, match=rf"\(none\).*{sqlfile.revisions()[0]}"):
        await startup.verify(fresh_database.service_url)


async def test_newer_revision_is_refused(fresh_database):
    with fresh_database.admin() as connection:
        connection.execute("update pgrerank.alembic_version set version_num = '9999'")

    with pytest.raises(NewerDatabaseError, match="9999"):
        await startup.verify(fresh_database.service_url)


async def test_database_without_pgvector_is_refused(fresh_database):
    with fresh_database.admin() as connection:
        connection.execute("drop extension vector cascade")

    with pytest.raises(MissingExtensionError, match="pgrerank migrate"):
        await startup.verify(fresh_database.service_url)


async def test_old_pgvector_is_refused(fresh_database):
    with fresh_database.admin() as connection:
        connection.execute("update pg_extension set extversion = '0.7.4' where extname = 'vector'")

    with pytest.raises(OldExtensionError, match=r"0\.7\.4.*0\.8"):
        await startup.verify(fresh_database.service_url)


@pytest.mark.parametrize("version", ["0.8", "0.8.0", "0.8.5", "0.10.0", "1.0"])
def test_extension_that_is_new_enough_passes(version):
    startup.refuse_extension(version)


@pytest.mark.parametrize("version", ["0.7.4", "0.5", "0"])
def test_extension_that_is_too_old_is_refused(version):
    with pytest.raises(OldExtensionError):
        startup.refuse_extension(version)


def test_server_older_than_sixteen_is_refused():
    startup.refuse_server(160_000)

    with pytest.raises(StartupError, match="PostgreSQL 15"):
        startup.refuse_server(150_009)


async def test_unreachable_database_is_named_as_such():
    url = address.parse("postgresql://nobody@/x?host=/nowhere", "PGRERANK_DATABASE_URL")

    with pytest.raises(DatabaseUnreachableError, match="PGRERANK_DATABASE_URL"):
        await startup.verify(url)
