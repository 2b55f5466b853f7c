"""Restore of a backup into an empty database: one transaction, then a check of every table."""

import asyncio
import re
import tempfile
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from pgrerank.domain.errors import ConflictError, MissingExtensionError, StartupError
from pgrerank.storage import admin, archive, backup, program, queries, sqlfile, startup
from pgrerank.storage.archive import Contents, Manifest
from pgrerank.storage.backup import BackupStep, Progress
from pgrerank.storage.pool import Connection

_REVISION_TABLE = "alembic_version"
_SCHEMA_ENTRY = re.compile(r"^\d+; \d+ \d+ SCHEMA - ", re.MULTILINE)
#: pg_restore 17 and later writes this statement, which servers before 17 do not know
_NEW_SETTING = b"SET transaction_timeout = 0;\n"
_NEW_SETTING_SINCE = 17
_BLOCK = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """The manifest of a restored backup, and the logins it names that this server lacks."""

    manifest: Manifest
    missing_logins: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    url: str
    path: Path
    manifest: Manifest
    #: major version of the target server
    major: int


async def load(
    url: str, path: Path, *, environ: Mapping[str, str], progress: Progress = lambda _: None
) -> Restored:
    """Restore a backup. After a failure, the database has none of pgrerank's objects.

    Args:
        url: PostgreSQL URL of a login that may create roles and schemas.
        path: The backup.
        environ: The environment of this process, for PostgreSQL's programs.
        progress: Called repeatedly with the progress.

    Raises:
        InvalidRequestError: The file is not a complete backup.
        ConflictError: The database holds data.
        StartupError: The server is too old for the backup or lacks a role, or a step failed.
    """
    manifest = await asyncio.to_thread(archive.read, path)
    startup.refuse_revision(manifest.revision, url, may_be_older=True)
    async with (
        admin.migration_lock(url),
        admin.open_connection(url, autocommit=True, purpose="restore") as connection,
    ):
        [facts] = await backup.rows(connection, "facts")
        await _refuse_server(connection, manifest, facts)
        await _refuse_data(connection, url)
        await _clear(connection)
        try:
            await _prepare(connection, manifest)
            run = _Run(url=url, path=path, manifest=manifest, major=backup.major(facts))
            await _run(run, environ, progress)
            await _compare(url, manifest, progress)
        except BaseException:
            await _clear(connection)
            raise
        return Restored(manifest=manifest, missing_logins=await _missing_logins(connection, url))


async def _refuse_server(
    connection: Connection, manifest: Manifest, facts: Mapping[str, Any]
) -> None:
    startup.refuse_server(facts["server_number"])
    available = await startup.extension_package(connection)
    if available is None:
        raise MissingExtensionError(is_packaged=False, remedy="Then restore again.")
    installed = facts["pgvector"] or available
    if startup.is_older(installed, manifest.pgvector):
        raise StartupError(
            f"The backup is of pgvector {manifest.pgvector}, this server has {installed}. "
            "Upgrade the package of pgvector there, and restore again."
        )
    missing = await backup.names(connection, "missing_roles", {"names": manifest.roles})
    if missing:
        raise StartupError(
            f"Roles that were granted something in the backup are not on this server: "
            f"{', '.join(missing)}. Make them (create role ...), and restore again."
        )


async def _refuse_data(connection: Connection, url: str) -> None:
    """Refuse a database with rows; migrated but empty tables are allowed."""
    if not await backup.names(connection, "schemas"):
        return
    async with admin.owner(url) as owner:
        for table in await backup.tables(owner, besides=_REVISION_TABLE):
            if await (await owner.execute(table["sample"].encode())).fetchone():
                raise ConflictError(
                    f"The database holds data (in {table['name']}). "
                    "Restore into an empty database, such as a new one made by `createdb`."
                )


async def _clear(connection: Connection) -> None:
    """Drop pgrerank's schemas, which are empty or made by this restore."""
    await connection.execute(queries.load("admin")["become_administrator"])
    for removal in await backup.names(connection, "removals"):
        await connection.execute(removal.encode())


async def _prepare(connection: Connection, manifest: Manifest) -> None:
    """Create roles, extension and schemas, as before a migration."""
    if "pgrerank_jobs" in manifest.schemas:
        await connection.execute(sqlfile.text("roles.sql").encode())
        await connection.execute(queries.load("jobs")["make_schema"])
    for name in ("roles.sql", "schemas.sql"):
        await connection.execute(sqlfile.text(name).encode())
    await connection.execute(queries.load("admin")["become_administrator"])


async def _run(run: _Run, environ: Mapping[str, str], progress: Progress) -> None:
    """Pipe pg_restore's SQL to psql; the transaction commits only if pg_restore succeeds."""
    folder = program.folder(max(run.manifest.major, run.major))
    with tempfile.NamedTemporaryFile("w", prefix="pgrerank", suffix=".list") as entries:
        entries.write(await _entries(folder, run.path))
        entries.flush()
        reader = await asyncio.create_subprocess_exec(
            *(folder / "pg_restore", "--file=-", f"--use-list={entries.name}", run.path),
            stdout=PIPE,
            stderr=PIPE,
            limit=_BLOCK,
        )
        writer = await asyncio.create_subprocess_exec(
            *(folder / "psql", "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1"),
            *("--no-password", f"--dbname={program.target(run.url)}"),
            stdin=PIPE,
            stdout=DEVNULL,
            stderr=PIPE,
            env=program.environment(run.url, environ),
        )
        try:
            await _pipe(reader, writer, run.major, progress)
        finally:
            for process in (reader, writer):
                with suppress(ProcessLookupError):
                    process.kill()


async def _entries(folder: Path, path: Path) -> str:
    """The archive's table of contents without the schemas, which exist already."""
    process = await asyncio.create_subprocess_exec(
        folder / "pg_restore", "--list", path, stdout=PIPE, stderr=PIPE
    )
    listed, stderr = await process.communicate()
    if process.returncode != 0:
        raise StartupError(f"The backup cannot be read: {program.last_words(stderr)}")
    lines = listed.decode().splitlines(keepends=True)
    return "".join(line for line in lines if not _SCHEMA_ENTRY.match(line))


async def _pipe(reader: Process, writer: Process, major: int, progress: Progress) -> None:
    messages = [asyncio.create_task(each.stderr.read()) for each in (reader, writer) if each.stderr]
    if reader.stdout is None or writer.stdin is None:
        raise LookupError("pipes")
    done = 0
    with suppress(BrokenPipeError, ConnectionResetError):  # psql exited; its stderr says why
        writer.stdin.write(b"begin;\nset role pgrerank_owner;\n")
        while block := await reader.stdout.read(_BLOCK):
            at_head = done == 0 and major < _NEW_SETTING_SINCE
            writer.stdin.write(block.replace(_NEW_SETTING, b"") if at_head else block)
            await writer.stdin.drain()
            done += len(block)
            progress(BackupStep(name="restore", done=done, total=None))
        if await reader.wait() == 0:
            writer.stdin.write(b"\ncommit;\n")
            await writer.stdin.drain()
        writer.stdin.close()
    await writer.wait()
    with suppress(ProcessLookupError):
        reader.kill()  # if psql exited first
    await reader.wait()
    reasons = [await each for each in messages]
    if writer.returncode != 0 or reader.returncode != 0:
        failed = reasons[1] if writer.returncode != 0 else reasons[0]
        raise StartupError(
            f"The restore failed, nothing is left of it: {program.last_words(failed)}"
        )


async def _compare(url: str, manifest: Manifest, progress: Progress) -> None:
    snapshot = psycopg.IsolationLevel.REPEATABLE_READ
    async with admin.owner(url, isolation=snapshot) as connection:
        restored = await backup.contents(connection, progress)
        _refuse_difference(manifest.tables, restored)
    async with admin.owner(url) as connection:
        for table in await backup.tables(connection):
            await connection.execute(table["analysis"].encode())


def _refuse_difference(expected: Mapping[str, Contents], restored: Mapping[str, Contents]) -> None:
    different = sorted(
        name for name in {*expected, *restored} if expected.get(name) != restored.get(name)
    )
    if different:
        raise StartupError(
            f"What was restored differs from the backup in {', '.join(different)}; "
            "nothing is left of it."
        )


async def _missing_logins(connection: Connection, url: str) -> list[str]:
    async with admin.owner(url) as owner:
        analysts = await backup.names(owner, "analysts")
    return await backup.names(connection, "missing_roles", {"names": analysts})
