"""Whether this database may be served: checked once, before the first request."""

from dataclasses import dataclass
from itertools import zip_longest
from typing import LiteralString

import psycopg
from psycopg import AsyncConnection
from psycopg.rows import TupleRow, class_row

from pgrerank.domain.errors import (
    DatabaseUnreachableError,
    MissingExtensionError,
    NewerDatabaseError,
    OldExtensionError,
    StartupError,
    UnmigratedError,
    UnsafeRoleError,
)
from pgrerank.storage import migrate, queries
from pgrerank.storage.pool import Connection

OLDEST_SERVER = 16
OLDEST_EXTENSION = "0.8"
_CONNECT_S = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class _Login:
    login: str
    is_superuser: bool
    bypasses_rls: bool
    is_owner: bool
    is_app: bool


async def verify(url: str) -> None:
    """Refuse a database or login that could not be served, or not safely.

    Args:
        url: Postgres URL of the service's login.

    Raises:
        DatabaseUnreachableError: No connection could be made.
        UnsafeRoleError: Row-level security does not bind the login.
        MissingExtensionError: There is no pgvector.
        OldExtensionError: It is older than 0.8.
        UnmigratedError: The database is older than this version of pgrerank.
        NewerDatabaseError: The database is newer.
        StartupError: Postgres is older than 16, or the login is no member of pgrerank_app.
    """
    try:
        connection = await AsyncConnection[TupleRow].connect(url, connect_timeout=_CONNECT_S)
    except psycopg.OperationalError as error:
        raise DatabaseUnreachableError(str(error).strip()) from error
    async with connection:
        refuse_server(connection.info.server_version)
        login = await _login(connection)
        _refuse_unbound(login)
        refuse_extension(await _value(connection, "extension"))
        await _refuse_revision(connection, login)


def refuse_server(version: int) -> None:
    """Raise StartupError for a server older than 16; versions as libpq numbers them, 160004."""
    major = version // 10_000
    if major < OLDEST_SERVER:
        raise StartupError(
            f"The server is PostgreSQL {major}; {OLDEST_SERVER} or later is needed. "
            "Point PGRERANK_DATABASE_URL at one, or unset it to use the embedded server."
        )


def refuse_extension(found: str | None) -> None:
    """Raise for a pgvector that is missing (None) or older than 0.8."""
    if found is None:
        raise MissingExtensionError
    pairs = zip_longest(_numbers(found), _numbers(OLDEST_EXTENSION), fillvalue=0)
    differing = next(((has, needs) for has, needs in pairs if has != needs), (0, 0))
    if differing[0] < differing[1]:
        raise OldExtensionError(found, OLDEST_EXTENSION)


def refuse_revision(found: str | None) -> None:
    """Raise unless this is the newest revision that this version knows. None: never migrated."""
    known = migrate.revisions()
    if found == known[0]:
        return
    if found is None or found in known:
        raise UnmigratedError(found, known[0])
    raise NewerDatabaseError(found)


def _refuse_unbound(login: _Login) -> None:
    reasons = {
        "is a superuser or may become one": login.is_superuser,
        "bypasses row-level security": login.bypasses_rls,
        "is a member of pgrerank_owner": login.is_owner,
    }
    for reason, holds in reasons.items():
        if holds:
            raise UnsafeRoleError(login.login, reason)


async def _refuse_revision(connection: Connection, login: _Login) -> None:
    if await _value(connection, "has_revision") is None:
        refuse_revision(None)
    if not login.is_app:
        raise StartupError(
            f"The login `{login.login}` is not a member of pgrerank_app, so it may read nothing. "
            f'As an administrator run: grant pgrerank_app to "{login.login}";'
        )
    refuse_revision(await _value(connection, "revision"))


async def _login(connection: Connection) -> _Login:
    cursor = connection.cursor(row_factory=class_row(_Login))
    await cursor.execute(queries.load("startup")["login"])
    found = await cursor.fetchone()
    if found is None:
        raise LookupError("login")
    return found


async def _value(connection: Connection, statement: LiteralString) -> str | None:
    cursor = await connection.execute(queries.load("startup")[statement])
    row = await cursor.fetchone()
    return None if row is None else str(row[0])


def _numbers(version: str) -> list[int]:
    return [int(part) for part in version.split(".") if part.isdigit()]
