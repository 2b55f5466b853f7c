"""A backup of every kind of row, restored on another server and compared."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from uuid import uuid4

import msgspec
import psycopg
import pytest

from pgrerank.domain.errors import (
    ConflictError,
    InvalidRequestError,
    NewerDatabaseError,
    StartupError,
)
from pgrerank.storage import admin, archive, backup, embedded, jobs, program, restore, startup
from pgrerank.storage.admin import LoginKind
from tests.fixtures import everything
from tests.fixtures.dump import dump
from tests.fixtures.postgres import cloned

ENVIRON = dict(os.environ)


@pytest.fixture(scope="module")
def other_server():
    folder = Path(tempfile.mkdtemp(prefix="pgr"))
    try:
        with embedded.running(folder, durable=False) as server:
            yield server
    finally:
        shutil.rmtree(folder)


@pytest.fixture
def target(other_server):
    with cloned(other_server, None) as database:
        yield database


@pytest.fixture(scope="module")
def tenants(database):
    """Two tenants with a row in every table, an analyst of one of them, and a queue of jobs."""
    made = [database.new_tenant(f"tenant-{number}") for number in range(2)]
    with database.admin() as connection:
        for tenant_id in made:
            everything.store(connection, tenant_id)
    return made


@pytest.fixture
async def analyst(database, tenants):
    name = f"analyst_{uuid4().hex}"
    assert tenants
    await admin.add_login(database.admin_url, name, LoginKind.ANALYST, tenants=["tenant-0"])
    yield name
    await admin.remove_login(database.admin_url, name)


@pytest.fixture(scope="module")
async def saved(database, tenants, tmp_path_factory):
    assert tenants
    await jobs.prepare(database.admin_url)
    path = tmp_path_factory.mktemp("backup") / "whole.backup"
    await backup.create(database.admin_url, path, environ=ENVIRON)
    return path


def ours(url):
    """Which of our schemas a database has."""
    with psycopg.connect(url) as connection:
        found = connection.execute("select nspname from pg_namespace where nspname ~ '^pgrerank'")
        return {name for (name,) in found}


def resealed(path, to, **changes):
    """The same dump under another manifest."""
    manifest = archive.read(path)
    to.write_bytes(path.read_bytes()[: manifest.dump_bytes])
    archive.seal(to, msgspec.structs.replace(manifest, **changes))
    return to


async def test_what_comes_back_is_what_was_there(database, analyst, tenants, target, tmp_path):
    await jobs.prepare(database.admin_url)
    there, back = tmp_path / "there.backup", tmp_path / "back.backup"
    saved = await backup.create(database.admin_url, there, environ=ENVIRON)

    done = await restore.load(target.admin_url, there, environ=ENVIRON)

    assert all(table.rows for name, table in saved.tables.items() if _has_tenants(database, name))
    assert analyst in done.missing_logins
    assert dump(target.admin_url) == dump(database.admin_url)
    again = await backup.create(target.admin_url, back, environ=ENVIRON)
    assert again.tables == saved.tables
    await startup.verify(target.service_url)
    with target.service(tenants[0]) as bound:
        seen = bound.execute("select distinct tenant_id from pgrerank.document").fetchall()
        assert seen == [(tenants[0],)]
    with target.service() as unbound, pytest.raises(psycopg.Error):
        unbound.execute("select * from pgrerank.document")


async def test_an_analyst_sees_what_was_granted_once_the_login_is_there_again(
    database, analyst, target, tmp_path
):
    path = tmp_path / "x.backup"
    await backup.create(database.admin_url, path, environ=ENVIRON)
    await restore.load(target.admin_url, path, environ=ENVIRON)

    await admin.add_login(target.admin_url, analyst, LoginKind.ANALYST)

    with psycopg.connect(target.login_url(analyst)) as connection:
        found = connection.execute("select distinct tenant from pgrerank_analytics.rerank_log")
        assert found.fetchall() == [("tenant-0",)]
    await admin.remove_login(target.admin_url, analyst)


async def test_a_database_with_data_is_left_alone(database, saved):
    before = ours(database.admin_url)

    with pytest.raises(ConflictError, match=r"holds data \(in pgrerank\."):
        await restore.load(database.admin_url, saved, environ=ENVIRON)

    assert ours(database.admin_url) == before


async def test_a_database_that_was_only_migrated_is_empty_enough(fresh_database, saved):
    await restore.load(fresh_database.admin_url, saved, environ=ENVIRON)

    assert "pgrerank_jobs" in ours(fresh_database.admin_url)


@pytest.mark.parametrize("what", ["a table differs", "the dump is cut off"])
async def test_a_restore_that_fails_leaves_nothing_and_can_be_tried_again(
    saved, target, tmp_path, what
):
    manifest = archive.read(saved)
    bad = tmp_path / "bad.backup"
    if what == "a table differs":
        wrong = {
            name: msgspec.structs.replace(each, rows=each.rows + name.endswith(".tenant"))
            for name, each in manifest.tables.items()
        }
        resealed(saved, bad, tables=wrong)
        said = r"differs from the backup in pgrerank\.tenant;"
    else:
        bad.write_bytes(saved.read_bytes()[: manifest.dump_bytes - 200])
        size, sha256 = archive.fingerprint(bad)
        archive.seal(bad, msgspec.structs.replace(manifest, dump_bytes=size, dump_sha256=sha256))
        said = "restore failed, nothing is left"

    with pytest.raises(StartupError, match=said):
        await restore.load(target.admin_url, bad, environ=ENVIRON)

    assert ours(target.admin_url) == set()
    await restore.load(target.admin_url, saved, environ=ENVIRON)
    assert "pgrerank" in ours(target.admin_url)


@pytest.mark.parametrize(
    "row",
    [
        ({"format": 2}, InvalidRequestError, "newer pgrerank"),
        ({"revision": "9999"}, NewerDatabaseError, "9999"),
        ({"pgvector": "99.0"}, StartupError, "pgvector 99.0, this server has"),
        ({"roles": ["grafana"]}, StartupError, "not on this server: grafana"),
        ({"dump_sha256": "0" * 64}, InvalidRequestError, "checksum differs"),
    ],
)
async def test_a_backup_that_does_not_fit_is_refused(saved, target, tmp_path, row):
    changes, error, said = row
    bad = resealed(saved, tmp_path / "bad.backup", **changes)

    with pytest.raises(error, match=said):
        await restore.load(target.admin_url, bad, environ=ENVIRON)

    assert ours(target.admin_url) == set()


@pytest.mark.parametrize("part", [0.0, 0.5, 0.99])
def test_a_file_that_was_cut_off_is_no_backup(saved, tmp_path, part):
    cut = tmp_path / "cut.backup"
    whole = saved.read_bytes()
    cut.write_bytes(whole[: int(len(whole) * part)])

    with pytest.raises(InvalidRequestError, match="cut off"):
        archive.read(cut)


def test_a_backup_that_broke_off_leaves_no_file(tmp_path):
    path = tmp_path / "broken.backup"

    def breaks():
        with archive.atomic_file(path) as partial:
            partial.write_text("half of it")
            raise OSError("no space left")

    with pytest.raises(OSError, match="no space left"):
        breaks()

    assert list(tmp_path.iterdir()) == []


def test_temporary_files_of_ended_processes_are_removed_and_those_of_others_stay(tmp_path):
    path, other = tmp_path / "a[b].backup", tmp_path / ".a[b].backup.12345678.other"
    other.touch()
    code = f"""
import os, pathlib
from pgrerank.storage import archive
with archive.atomic_file(pathlib.Path({str(path)!r})) as partial:
    partial.write_text("half of it")
    os.kill(os.getpid(), 9)
"""
    killed = subprocess.run([sys.executable, "-c", code], check=False)
    [abandoned] = set(tmp_path.iterdir()) - {other}

    def write_two():
        with archive.atomic_file(path) as late, archive.atomic_file(path) as early:
            assert set(tmp_path.iterdir()) == {late, early, other}
            early.write_text("the first to end")

    with pytest.raises(InvalidRequestError, match="exists"):
        write_two()

    assert path.read_text() == "the first to end"
    assert set(tmp_path.iterdir()) == {path, other}
    assert killed.returncode == -signal.SIGKILL
    assert not abandoned.exists()


def test_a_file_is_never_written_over_and_is_its_owners_alone(saved):
    with pytest.raises(InvalidRequestError, match="exists"), archive.atomic_file(saved):
        pass

    assert saved.stat().st_mode & 0o777 == 0o600


def test_the_manifest_names_what_the_backup_needs(saved):
    assert archive.read(saved).roles == []
    assert archive.read(saved).schemas == ["pgrerank", "pgrerank_analytics", "pgrerank_jobs"]


def test_no_password_is_on_a_command_line():
    url = "postgresql://a:sekret%20word@db.example:5433/d?sslmode=require"

    assert "sekret" not in program.target(url)
    assert "host=db.example" in program.target(url)
    assert program.environment(url, {"A": "b"}) == {"A": "b", "PGPASSWORD": "sekret word"}


def test_programs_are_at_least_as_new_as_the_server():
    assert (program.folder(16) / "pg_dump").exists()
    with pytest.raises(StartupError, match="client programs of PostgreSQL 99 on PATH"):
        program.folder(99)


def _has_tenants(database, name):
    schema, _, table = name.partition(".")
    with database.admin() as connection:
        return schema == "pgrerank" and bool(
            connection.execute(
                "select 1 from pg_attribute as a join pg_class as c on a.attrelid = c.oid"
                " where attname = 'tenant_id' and relname = %s and not relispartition",
                [table.strip('"')],
            ).fetchone()
        )
