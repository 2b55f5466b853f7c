import asyncio
import multiprocessing
import os
import re
import subprocess
import sys
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import psycopg
import pytest
from alembic import command
from alembic.script import ScriptDirectory

from pgrerank.domain.errors import DatabaseUnreachableError, NewerDatabaseError, StartupError
from pgrerank.storage import admin, embedded, migrate, sqlfile, startup
from pgrerank.storage.admin import LoginKind
from tests.fixtures import everything
from tests.fixtures.dump import dump

ROOT = Path(__file__).parents[2]


def revision(connection):
    found = connection.execute("select version_num from pgrerank.alembic_version").fetchall()
    return [number for (number,) in found]


def offline_sql(url):
    printed = StringIO()
    config = migrate.config(url)
    config.output_buffer = printed
    with redirect_stdout(printed):
        command.upgrade(config, "head", sql=True)
    return printed.getvalue()


def test_empty_database_is_brought_to_the_newest_revision(empty_database):
    migrate.upgrade(empty_database.admin_url)

    with empty_database.admin() as connection:
        assert revision(connection) == [sqlfile.revisions()[0]]


def test_migrating_again_changes_nothing(fresh_database):
    before = dump(fresh_database.admin_url)

    migrate.upgrade(fresh_database.admin_url)

    assert dump(fresh_database.admin_url) == before


def test_every_revision_goes_down_and_up_again_on_data(fresh_database):
    before = dump(fresh_database.admin_url)
    newest_first = sqlfile.revisions()
    for below in [*newest_first[1:], "base"]:
        migrate.upgrade(fresh_database.admin_url)
        tenant_id = fresh_database.new_tenant()
        with fresh_database.admin() as connection:
            everything.store(connection, tenant_id)
        migrate.downgrade(fresh_database.admin_url, below)

    migrate.upgrade(fresh_database.admin_url)

    assert dump(fresh_database.admin_url) == before


def test_schema_file_is_what_a_fresh_migration_gives(fresh_database):
    committed = (ROOT / "sql" / "schema.sql").read_text()

    assert dump(fresh_database.admin_url) == committed


def test_metadata_says_what_the_database_holds(fresh_database):
    command.check(migrate.config(fresh_database.admin_url))


def test_vector_index_of_a_collection_is_no_difference(fresh_database):
    with fresh_database.admin() as connection:
        connection.execute(
            "create index ix_chunk_embedding_hnsw_1 on pgrerank.chunk_embedding "
            "using hnsw ((embedding::vector(3)) vector_cosine_ops)"
        )

    command.check(migrate.config(fresh_database.admin_url))


def test_printed_sql_gives_the_same_database(empty_database, fresh_database):
    subprocess.run(
        [embedded.programs() / "psql", "-v", "ON_ERROR_STOP=1", empty_database.admin_url],
        input=offline_sql(empty_database.admin_url),
        text=True,
        check=True,
        capture_output=True,
    )

    printed, migrated = (dump(each.admin_url) for each in (empty_database, fresh_database))
    assert printed == migrated


def test_plain_alembic_does_what_migrate_does(empty_database):
    subprocess.run(
        [Path(sys.executable).with_name("alembic"), "upgrade", "head"],
        cwd=ROOT,
        env={
            **os.environ,
            "PGRERANK_ADMIN_DATABASE_URL": empty_database.admin_url,
            "PYTHONPATH": str(ROOT / "src"),
        },
        check=True,
        capture_output=True,
    )

    with empty_database.admin() as connection:
        assert revision(connection) == [sqlfile.revisions()[0]]


def test_replicas_migrate_at_once(empty_database):
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload(
        ["pgrerank.storage.migrate", "pgrerank.storage.tables.metadata"]
    )
    with processes.Pool(5) as replicas:
        replicas.map(migrate.upgrade, [empty_database.admin_url] * 5, chunksize=1)

    with empty_database.admin() as connection:
        assert revision(connection) == [sqlfile.revisions()[0]]


async def test_analyst_that_holds_every_key_keeps_no_migration_waiting(fresh_database):
    name = f"analyst_{fresh_database.name}"
    url = await admin.add_login(fresh_database.admin_url, name, LoginKind.ANALYST)
    with psycopg.connect(url) as analyst:
        analyst.execute("select pg_advisory_lock(hashtextextended('pgrerank.migrate', 0))")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            analyst.execute(sqlfile.text("migration_lock.sql").encode())
        analyst.rollback()
        analyst.execute("select pg_advisory_lock(hashtextextended('pgrerank.migrate', 0))")
        with fresh_database.admin() as connection:
            connection.execute(f"alter database {fresh_database.name} set lock_timeout = '1s'")

        await asyncio.to_thread(migrate.upgrade, fresh_database.admin_url)
        with fresh_database.admin() as connection:
            assert not advisory_locks(connection, but=analyst.info.backend_pid)
    await admin.remove_login(fresh_database.admin_url, name)


async def test_migrations_and_restores_wait_for_each_other(fresh_database):
    """The first one holds a lock, and the second does nothing until it is released."""
    async with admin.migration_lock(fresh_database.admin_url):
        second = asyncio.create_task(
            asyncio.to_thread(migrate.downgrade, fresh_database.admin_url, "base")
        )
        await fresh_database.lock_waits()
        with fresh_database.admin() as connection:
            assert revision(connection) == [sqlfile.revisions()[0]]
    await second

    with fresh_database.admin() as connection:
        assert revision(connection) == []
        left = connection.execute(
            "select from pg_namespace where nspname = 'pgrerank_migration_lock'"
        )
        assert left.rowcount == 0


def advisory_locks(connection, *, but):
    held = connection.execute(
        "select objid from pg_locks where locktype = 'advisory' and pid <> %s and database = "
        "(select oid from pg_database where datname = current_database())",
        [but],
    )
    return held.fetchall()


def test_migrations_give_up_soon_where_a_lock_is_held(fresh_database):
    migrate.downgrade(fresh_database.admin_url, "base")
    with fresh_database.admin() as connection:
        connection.execute("lock table pgrerank.alembic_version")
        with pytest.raises(StartupError, match="Run it again"):
            migrate.upgrade(fresh_database.admin_url)

    migrate.upgrade(fresh_database.admin_url)


def test_database_of_a_later_version_is_refused(fresh_database):
    with fresh_database.admin() as connection:
        connection.execute("update pgrerank.alembic_version set version_num = '9999'")

    with pytest.raises(NewerDatabaseError, match="9999"):
        migrate.upgrade(fresh_database.admin_url)


def test_login_that_may_not_migrate_is_told_so(empty_database):
    with pytest.raises(StartupError, match="PGRERANK_ADMIN_DATABASE_URL"):
        migrate.upgrade(empty_database.service_url)


def test_pgvector_in_another_schema_is_refused_with_the_remedy(empty_database):
    with empty_database.admin() as connection:
        connection.execute("create schema extensions")
        connection.execute("create extension vector with schema extensions")

    with pytest.raises(StartupError, match="alter extension vector set schema public"):
        migrate.upgrade(empty_database.admin_url)


@pytest.fixture
def managed_admin(empty_database):
    """A login as managed services give it: not a superuser, but owner of the database, with the
    rights over our roles that it would have from making them."""
    name = f"dba_{empty_database.name}"
    with empty_database.admin() as connection:
        connection.execute("create extension vector")
        connection.execute(f"create role {name} login createrole")
        connection.execute(f"alter database {empty_database.name} owner to {name}")
        connection.execute(
            f"grant pgrerank_owner, pgrerank_app, pgrerank_analyst to {name} "
            "with admin true, inherit false, set false"
        )
    yield empty_database.login_url(name)
    with empty_database.admin() as connection:
        connection.execute(f"reassign owned by {name} to postgres")
        connection.execute(f"drop owned by {name} cascade")
        connection.execute(f"drop role {name}")


async def test_administrator_need_not_be_superuser(empty_database, managed_admin):
    migrate.upgrade(managed_admin)
    url = await admin.add_login(managed_admin, f"app_{empty_database.name}", LoginKind.APP)

    await startup.verify(url)

    await admin.remove_login(managed_admin, f"app_{empty_database.name}")


def test_unreachable_database_is_named_as_such():
    with pytest.raises(DatabaseUnreachableError):
        migrate.upgrade("postgresql://nobody@/x?host=/nowhere")


def test_revisions_are_one_line_of_numbers():
    newest_first = sqlfile.revisions()
    scripts = ScriptDirectory(str(sqlfile.migrations_dir()))

    assert newest_first == [script.revision for script in scripts.walk_revisions()]
    assert newest_first == [f"{i:04}" for i in range(len(newest_first), 0, -1)]


def test_file_names_say_number_phase_and_subject():
    files = (sqlfile.migrations_dir() / "versions").glob("*.py")

    assert all(re.fullmatch(r"\d{4}_(expand|contract)_\w+\.py", path.name) for path in files)
