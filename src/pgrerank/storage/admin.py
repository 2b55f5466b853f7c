"""Operator tasks: act as the owner, create logins, grant analysts access to tenants."""

import secrets
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import quote, urlencode

import psycopg
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import class_row

from pgrerank.domain.errors import (
    ConflictError,
    InvalidRequestError,
    NotFoundError,
    SettingsError,
    UnmigratedError,
)
from pgrerank.storage import address, errors, link, pooler, queries, sqlfile
from pgrerank.storage.pool import Connection

_LONGEST_LOGIN = 63  # bytes; PostgreSQL truncates longer names


class LoginKind(StrEnum):
    """The purpose of a login: the group role it becomes a member of."""

    APP = "pgrerank_app"
    ANALYST = "pgrerank_analyst"


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """An analyst's login, and a tenant it may read."""

    login: str
    tenant: str


@asynccontextmanager
async def owner(
    url: str, *, isolation: psycopg.IsolationLevel | None = None
) -> AsyncGenerator[Connection]:
    """A connection in a transaction as the owner role, which sees every tenant.

    Args:
        url: PostgreSQL URL of a login that may `set role pgrerank_owner`.
        isolation: Isolation level of the transaction; None: the server's default.

    Raises:
        DatabaseUnreachableError: No connection could be made.
        SettingsError: The login may not act as the owner.
        UnmigratedError: The owner role does not exist yet.
    """
    async with open_connection(url) as connection:
        await connection.set_isolation_level(isolation)
        try:
            await connection.execute(queries.load("admin")["become_owner"])
        except psycopg.errors.InsufficientPrivilege as error:
            raise _no_administrator(url, connection.info.user) from error
        except psycopg.errors.InvalidParameterValue as error:
            raise _unmigrated_error(url) from error
        try:
            yield connection
        except (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName) as error:
            raise _unmigrated_error(url) from error


@asynccontextmanager
async def exclusive(url: str, name: str) -> AsyncGenerator[None]:
    """Hold a named lock during the block. Waits for a process that holds it.

    Raises:
        DatabaseUnreachableError, SettingsError, UnmigratedError: As `owner` does.
    """
    async with owner(url) as connection:
        await connection.execute(queries.load("admin")["take_lock"], {"name": name})
        try:
            yield
        finally:
            await connection.rollback()


@asynccontextmanager
async def migration_lock(url: str) -> AsyncGenerator[None]:
    """Hold the lock on migrations and restores during the block. Waits for its holder.

    Raises:
        DatabaseUnreachableError: No connection could be made.
        SettingsError: The URL leads to a pooler in transaction mode.
    """
    async with open_connection(url, purpose="migration lock") as connection:
        await connection.execute(sqlfile.text("migration_lock.sql").encode())
        try:
            yield
        finally:
            await connection.rollback()


async def add_login(url: str, name: str, kind: LoginKind, *, tenants: Sequence[str] = ()) -> str:
    """Create a login with a random password; for analysts, grant it these tenants.

    Returns:
        The URL to connect with. It holds the password, which cannot be retrieved again.

    Raises:
        ConflictError: A role of this name exists.
        InvalidRequestError: The name is empty or too long.
        NotFoundError: One of the tenants does not exist.
    """
    if not 1 <= len(name.encode()) <= _LONGEST_LOGIN:
        raise InvalidRequestError("name", f"must be 1 to {_LONGEST_LOGIN} bytes long")
    password = secrets.token_urlsafe(24)
    async with owner(url) as connection:
        for tenant in tenants:
            await _grant(connection, name, tenant)
        await connection.execute(queries.load("admin")["become_administrator"])
        await _create_login(connection, name, password, kind)
    return login_url(url, name, password)


async def remove_login(url: str, name: str) -> None:
    """Drop a login and its grants. Its open connections stay open.

    Raises:
        NotFoundError: pgrerank has no login of this name.
    """
    async with owner(url) as connection:
        await _require_login(connection, name, *LoginKind)
        await connection.execute(queries.load("admin")["revoke_all"], {"login": name})
        await connection.execute(queries.load("admin")["become_administrator"])
        await _execute_quoted(connection, "login_removal", {"login": name})


async def grant(url: str, login: str, tenant: str) -> None:
    """Let an analyst's login read a tenant. Granting twice is not an error.

    Raises:
        NotFoundError: The analyst's login or the tenant does not exist.
    """
    async with owner(url) as connection:
        await _require_login(connection, login, LoginKind.ANALYST)
        await _grant(connection, login, tenant)


async def revoke(url: str, login: str, tenant: str) -> None:
    """Revoke an analyst's right to read a tenant.

    Raises:
        NotFoundError: The right was not granted.
    """
    async with owner(url) as connection:
        cursor = await connection.execute(
            queries.load("admin")["revoke_tenant"], {"login": login, "tenant": tenant}
        )
        if await cursor.fetchone() is None:
            raise NotFoundError("grant", f"{login}: {tenant}")


async def grants(url: str) -> Sequence[Grant]:
    """Logins and the tenants they may read, ordered by login, then tenant."""
    async with owner(url) as connection:
        cursor = connection.cursor(row_factory=class_row(Grant))
        await cursor.execute(queries.load("admin")["grants"])
        return await cursor.fetchall()


@asynccontextmanager
async def open_connection(
    url: str, *, autocommit: bool = False, purpose: str = "admin"
) -> AsyncGenerator[Connection]:
    """A connection of the URL's login, in a transaction unless `autocommit` is set.

    Raises:
        DatabaseUnreachableError: No connection could be made.
        SettingsError: The URL leads to a pooler in transaction mode.
    """
    connection = await link.connect(url, purpose=purpose, autocommit=autocommit)
    with errors.translate():
        async with connection:
            announced, actual = connection.info.backend_pid, await pooler.backend(connection)
            await pooler.refuse(url, announced=announced, actual=actual)
            yield connection


def _unmigrated_error(url: str) -> UnmigratedError:
    return UnmigratedError(None, sqlfile.revisions()[0], address.migration_remedy(url))


def _no_administrator(url: str, login: str) -> SettingsError:
    whose = "is not set, and " if address.is_services_alone(url) else ""
    of = f" of {address.SERVICE}" if whose else ""
    return SettingsError(
        address.ADMINISTRATOR,
        f"{whose}the login `{login}`{of} may not `set role pgrerank_owner`; name an administrator's",
    )


async def _grant(connection: Connection, login: str, tenant: str) -> None:
    cursor = await connection.execute(
        queries.load("admin")["grant_tenant"], {"login": login, "tenant": tenant}
    )
    if await cursor.fetchone() is None:
        raise NotFoundError("tenant", tenant)


async def _require_login(connection: Connection, login: str, *kinds: LoginKind) -> None:
    for kind in kinds:
        cursor = await connection.execute(
            queries.load("admin")["is_login"], {"login": login, "member_of": kind}
        )
        if await cursor.fetchone() is not None:
            return
    raise NotFoundError("login", login, "Make one with: pgrerank login add")


async def _create_login(connection: Connection, name: str, password: str, kind: LoginKind) -> None:
    # Hashed here, so that the password never appears in a server log.
    verifier = connection.pgconn.encrypt_password(
        password.encode(), name.encode(), b"scram-sha-256"
    )
    parameters = {"login": name, "verifier": verifier.decode(), "member_of": kind}
    try:
        await _execute_quoted(connection, "login_statement", parameters)
    except psycopg.errors.DuplicateObject as error:
        raise ConflictError(f"There is a role `{name}` already.") from error
    if kind is LoginKind.ANALYST:
        await _execute_quoted(connection, "login_limits", {"login": name})


async def _execute_quoted(connection: Connection, name: str, facts: dict[str, Any]) -> None:
    """Run statements that take no parameters, with values quoted by PostgreSQL."""
    cursor = await connection.execute(queries.load("admin")[name], facts)
    for (statement,) in await cursor.fetchall():
        await connection.execute(statement.encode())


def login_url(url: str, name: str, password: str) -> str:
    """The URL of the same server and database for another login."""
    parts = {key: str(value) for key, value in conninfo_to_dict(url).items() if value}
    account = f"{quote(name, safe='')}:{quote(password, safe='')}"
    database = quote(parts.pop("dbname", parts.get("user", "postgres")), safe="")
    connection_parts = {
        key: value for key, value in parts.items() if key not in ("user", "password")
    }
    address = ""
    if "," not in connection_parts.get("host", ",") and not connection_parts["host"].startswith(
        "/"
    ):
        port = connection_parts.pop("port", "5432")
        address = f"{connection_parts.pop('host')}:{port}"
    query = f"?{urlencode(connection_parts, safe='/,')}" if connection_parts else ""
    return f"postgresql://{account}@{address}/{database}{query}"
