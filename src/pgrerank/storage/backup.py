"""Full backups: schemas, rows, policies and grants, with a checksum of each table."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import dict_row

from pgrerank import __version__
from pgrerank.domain.errors import StartupError
from pgrerank.storage import admin, archive, program, queries, startup
from pgrerank.storage.archive import Contents, Manifest
from pgrerank.storage.pool import Connection

_POLL_S = 0.5
_NUMBERING = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupStep:
    """Progress of a backup or restore."""

    #: such as `dump`
    name: str
    #: bytes or tables done, and their total; None: unknown
    done: int
    total: int | None


Progress = Callable[[BackupStep], None]


async def create(
    url: str, path: Path, *, environ: Mapping[str, str], progress: Progress = lambda _: None
) -> Manifest:
    """Write a backup. The file appears only when it is complete and on disk.

    Args:
        url: PostgreSQL URL of a login that may `set role pgrerank_owner`.
        path: The new file.
        environ: The environment of this process, for pg_dump.
        progress: Called repeatedly with the progress.

    Raises:
        InvalidRequestError: The file exists or cannot be created.
        StartupError: The database is not migrated, or no pg_dump of its version is found.
        UnavailableError: The connection to PostgreSQL was lost.
    """
    snapshot = psycopg.IsolationLevel.REPEATABLE_READ
    with archive.atomic_file(path) as partial:
        async with admin.owner(url, isolation=snapshot) as connection:
            facts = await _facts(connection, url)
            name = await _value(connection, "export_snapshot")
            dump = _Dump(
                url=url,
                file=partial,
                snapshot=name,
                schemas=facts["schemas"],
                major=major(facts),
            )
            await _dump(dump, environ, progress)
            tables = await contents(connection, progress)
        size, sha256 = await asyncio.to_thread(archive.fingerprint, partial)
        manifest = _manifest(facts, tables, size, sha256)
        archive.seal(partial, manifest)
    return manifest


async def contents(connection: Connection, progress: Progress) -> dict[str, Contents]:
    """Row count and checksum of each table, in the connection's transaction."""
    await connection.execute(queries.load("backup")["plain_texts"])
    listed = await tables(connection)
    by_table: dict[str, Contents] = {}
    for number, table in enumerate(listed):
        progress(BackupStep(name="checksums", done=number, total=len(listed)))
        row = await (await connection.execute(table["checksum"].encode())).fetchone()
        if row is not None:
            by_table[table["name"]] = Contents(rows=row[0], checksum=row[1])
    progress(BackupStep(name="checksums", done=len(listed), total=len(listed)))
    return by_table


async def tables(connection: Connection, *, besides: str = "") -> Sequence[dict[str, Any]]:
    """Tables that store rows, each with SQL statements for its checksum, sample and analysis."""
    return await rows(connection, "tables", {"besides": besides})


async def rows(
    connection: Connection, statement: str, parameters: dict[str, Any] | None = None
) -> Sequence[dict[str, Any]]:
    """Rows that a statement of sql/queries/backup.sql returns."""
    cursor = connection.cursor(row_factory=dict_row)
    await cursor.execute(queries.load("backup")[statement], parameters or {})
    return await cursor.fetchall()


async def names(
    connection: Connection, statement: str, parameters: dict[str, Any] | None = None
) -> list[str]:
    """The column `name` of the rows that a statement returns."""
    return [str(row["name"]) for row in await rows(connection, statement, parameters)]


def major(facts: Mapping[str, Any]) -> int:
    """Major version of the server that these facts describe."""
    return int(facts["server_number"]) // _NUMBERING


async def _facts(connection: Connection, url: str) -> dict[str, Any]:
    [facts] = await rows(connection, "facts")
    revision = await startup.revision(connection)
    startup.refuse_revision(revision, url, may_be_older=True)
    schemas = await names(connection, "schemas")
    roles = await names(connection, "grantees")
    return {**facts, "revision": revision, "schemas": schemas, "roles": roles}


async def _value(connection: Connection, statement: str) -> str:
    [row] = await rows(connection, statement)
    return str(next(iter(row.values())))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Dump:
    url: str
    file: Path
    snapshot: str
    schemas: Sequence[str]
    #: major version of the server
    major: int


async def _dump(dump: _Dump, environ: Mapping[str, str], progress: Progress) -> None:
    """Run pg_dump as the owner, in a snapshot, until it exits."""
    process = await asyncio.create_subprocess_exec(
        program.folder(dump.major) / "pg_dump",
        "--format=custom",
        f"--snapshot={dump.snapshot}",
        "--role=pgrerank_owner",
        f"--file={dump.file}",
        f"--dbname={program.target(dump.url)}",
        "--no-password",
        *(f"--schema={name}" for name in dump.schemas),
        env=program.environment(dump.url, environ),
        stderr=asyncio.subprocess.PIPE,
    )
    ended = asyncio.create_task(process.communicate())
    try:
        while not ended.done():
            await asyncio.wait({ended}, timeout=_POLL_S)
            size = await asyncio.to_thread(dump.file.stat)
            progress(BackupStep(name="dump", done=size.st_size, total=None))
    finally:
        with suppress(ProcessLookupError):
            process.kill()
    _, stderr = await ended
    if process.returncode != 0:
        raise StartupError(f"pg_dump failed: {program.last_words(stderr)}")


def _manifest(
    facts: Mapping[str, Any], tables: dict[str, Contents], size: int, sha256: str
) -> Manifest:
    return Manifest(
        format=archive.FORMAT,
        pgrerank=__version__,
        revision=facts["revision"],
        created_at=datetime.now(UTC).isoformat(timespec="seconds"),
        server=facts["server"],
        major=major(facts),
        pgvector=facts["pgvector"],
        schemas=facts["schemas"],
        tables=tables,
        roles=facts["roles"],
        dump_bytes=size,
        dump_sha256=sha256,
    )
