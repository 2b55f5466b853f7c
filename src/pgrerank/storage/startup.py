"""Checks of the database and login, once before the first request."""

from dataclasses import dataclass
from itertools import zip_longest
from typing import LiteralString

from psycopg.rows import class_row

from pgrerank.domain.errors import (
    MissingExtensionError,
    NewerDatabaseError,
    OldExtensionError,
    StartupError,
    UnmigratedError,
    UnsafeRoleError,
)
from pgrerank.storage import address, admin, link, queries, sqlfile, tenancy
from pgrerank.storage.pool import Connection, Pool

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
    """Refuse a database or login with which the service cannot run, or not safely.

    Args:
        url: PostgreSQL URL of the service's login.

    Raises:
        DatabaseUnreachableError: No connection could be made.
        UnsafeRoleError: Row-level security does not apply to the login.
        MissingExtensionError: pgvector is missing.
        OldExtensionError: pgvector is older than 0.8.
        UnmigratedError: The database is older than this version of pgrerank.
        NewerDatabaseError: The database is newer.
        StartupError: PostgreSQL is older than 16, or the login is not a member of pgrerank_app.
    """
    async with await link.connect(url, purpose="check", connect_timeout=_CONNECT_S) as connection:
        refuse_server(connection.info.server_version, url)
        login = await _login(connection)
        _refuse_unbound(login, url)
        await _refuse_extension(connection, url)
        await _refuse_revision(connection, login, url)


async def verify_schema(url: str) -> None:
    """Refuse a database that `migrate` would change or could not migrate.

    Args:
        url: PostgreSQL URL of a login that may `set role pgrerank_owner`.

    Raises:
        StartupError: As in `verify`, except for the login.
        SettingsError: The login may not act as the owner.
    """
    async with admin.open_connection(url) as connection:
        refuse_server(connection.info.server_version, url)
        await _refuse_extension(connection, url)
    async with admin.owner(url) as connection:
        refuse_revision(await revision(connection), url)


async def revision(connection: Connection) -> str | None:
    """The revision of a database; None if it was never migrated."""
    if await _value(connection, "has_revision") is None:
        return None
    return await _value(connection, "revision")


async def connection_limit(pool: Pool) -> int:
    """Most connections that the server accepts, from all its clients together."""
    async with tenancy.nobody(pool) as connection:
        return int(await _value(connection, "connection_limit") or 0)


async def extension_package(connection: Connection) -> str | None:
    """The version of pgvector that the server can install; None if it has none."""
    return await _value(connection, "extension_package")


def refuse_server(version: int, url: str = "") -> None:
    """Raise StartupError for a server older than 16. `version` is libpq's number, as 160004."""
    major = version // 10_000
    if major < OLDEST_SERVER:
        variable = address.variable_of(url) or address.SERVICE
        raise StartupError(
            f"The server is PostgreSQL {major}; {OLDEST_SERVER} or later is needed. "
            f"Point {variable} at one; with no URL set, the embedded server is used."
        )


async def _refuse_extension(connection: Connection, url: str) -> None:
    is_packaged = await extension_package(connection) is not None
    version = await _value(connection, "extension")
    remedy = address.migration_remedy(url)
    refuse_extension(version, is_packaged=is_packaged, remedy=remedy)


def refuse_extension(
    version: str | None, *, is_packaged: bool = True, remedy: str = "Run: pgrerank migrate"
) -> None:
    """Raise an error if pgvector is missing (None) or older than 0.8.

    Args:
        version: Version of pgvector in this database.
        is_packaged: Whether the server can install it.
        remedy: How to migrate, as a sentence.
    """
    if version is None:
        raise MissingExtensionError(is_packaged=is_packaged, remedy=remedy)
    if is_older(version, OLDEST_EXTENSION):
        raise OldExtensionError(version, OLDEST_EXTENSION)


def is_older(version: str, other: str) -> bool:
    """Whether a version of an extension, such as 0.8.1, is older than another; 0.8 is 0.8.0."""
    pairs = zip_longest(_numbers(version), _numbers(other), fillvalue=0)
    return next((has < needs for has, needs in pairs if has != needs), False)


def refuse_revision(revision: str | None, url: str, *, may_be_older: bool = False) -> None:
    """Raise an error unless this is the newest revision that this version knows.

    Args:
        revision: The revision; None: never migrated.
        url: URL of the database.
        may_be_older: Whether to accept older revisions that this version knows.
    """
    revisions = sqlfile.revisions()
    if revision == revisions[0] or (may_be_older and revision in revisions):
        return
    if revision is None or revision in revisions:
        raise UnmigratedError(revision, revisions[0], address.migration_remedy(url))
    raise NewerDatabaseError(revision)


def _refuse_unbound(login: _Login, url: str) -> None:
    is_administrator = address.variable_of(url) == address.ADMINISTRATOR
    reasons = {
        "is a superuser or may become one": login.is_superuser,
        "bypasses row-level security": login.bypasses_rls,
        "is a member of pgrerank_owner": login.is_owner,
    }
    for reason, holds in reasons.items():
        if holds:
            raise UnsafeRoleError(login.login, reason, is_administrator=is_administrator)


async def _refuse_revision(connection: Connection, login: _Login, url: str) -> None:
    if await _value(connection, "has_revision") is None:
        refuse_revision(None, url)
    if not login.is_app:
        raise StartupError(
            f"The login `{login.login}` is not a member of pgrerank_app, so it may read nothing. "
            f'As an administrator run: grant pgrerank_app to "{login.login}";'
        )
    refuse_revision(await _value(connection, "revision"), url)


async def _login(connection: Connection) -> _Login:
    cursor = connection.cursor(row_factory=class_row(_Login))
    await cursor.execute(queries.load("startup")["login"])
    row = await cursor.fetchone()
    if row is None:
        raise LookupError("login")
    return row


async def _value(connection: Connection, statement: LiteralString) -> str | None:
    cursor = await connection.execute(queries.load("startup")[statement])
    row = await cursor.fetchone()
    return None if row is None else str(row[0])


def _numbers(version: str) -> list[int]:
    return [int(part) for part in version.split(".") if part.isdigit()]
