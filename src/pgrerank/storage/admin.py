"""What operators do: act as the owner, make logins, let analysts see tenants."""

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

_LONGEST_LOGIN = 63  # bytes, beyond which Postgres would cut the name


class LoginKind(StrEnum):
    """What a login is for: the group it becomes a member of."""

    APP = "pgrerank_app"
    ANALYST = "pgrerank_analyst"


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """A login that may read a tenant."""

    login: str
    tenant: str


@asynccontextmanager
async def owner(
    url: str, *, isolation: psycopg.IsolationLevel | None = None
) -> AsyncGenerator[Connection]:
    """A connection in a transaction as the owner, who sees every tenant.

    Args:
        url: Postgres URL of a login that may `set role pgrerank_owner`.
        isolation: Of the transaction; None: the server's default.

    Raises:
        DatabaseUnreachableError: No connection could be made.
        SettingsError: The login may not act as the owner.
        UnmigratedError: There is no owner yet.
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
    """Keep out other processes that hold this name, from here to the end of the block; wait for those before.

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
    """Wait for other processes that migrate or restore, and keep them waiting until the end.

    Raises:
        DatabaseUnreachableError: No connection could be made.
        SettingsError: It came through a pooler in transaction mode.
    """
    async with open_connection(url, purpose="migration lock") as connection:
        await connection.execute(sqlfile.text("migration_lock.sql").encode())
        try:
            yield
        finally:
            await connection.rollback()


async def add_login(url: str, name: str, kind: LoginKind, *, tenants: Sequence[str] = ()) -> str:
    """Make a login with a random password; for analysts, let it read these tenants.

    Returns:
        The URL to connect with. It holds the password, which cannot be had again.

    Raises:
        ConflictError: There is a role of this name.
        InvalidRequestError: The name is empty or too long.
        NotFoundError: There is no tenant of one of these names.
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
    """Drop a login and its grants. Its open connections stay until they close.

    Raises:
        NotFoundError: It is no login of ours.
    """
    async with owner(url) as connection:
        await _require_login(connection, name, *LoginKind)
        await connection.execute(queries.load("admin")["revoke_all"], {"login": name})
        await connection.execute(queries.load("admin")["become_administrator"])
        await _execute_quoted(connection, "login_removal", {"login": name})


async def grant(url: str, login: str, tenant: str) -> None:
    """Let an analyst's login read a tenant. Granting twice is no error.

    Raises:
        NotFoundError: There is no such analyst's login or no such tenant.
    """
    async with owner(url) as connection:
        await _require_login(connection, login, LoginKind.ANALYST)
        await _grant(connection, login, tenant)


async def revoke(url: str, login: str, tenant: str) -> None:
    """Take that right back.

    Raises:
        NotFoundError: It was not granted.
    """
    async with owner(url) as connection:
        cursor = await connection.execute(
            queries.load("admin")["revoke_tenant"], {"login": login, "tenant": tenant}
        )
        if await cursor.fetchone() is None:
            raise NotFoundError("grant", f"{login}: {tenant}")


async def grants(url: str) -> Sequence[Grant]:
    """Who may read which tenant, by login, then tenant."""
    async with owner(url) as connection:
        cursor = connection.cursor(row_factory=class_row(Grant))
        await cursor.execute(queries.load("admin")["grants"])
        return await cursor.fetchall()


@asynccontextmanager
async def open_connection(
    url: str, *, autocommit: bool = False, purpose: str = "admin"
) -> AsyncGenerator[Connection]:
    """A connection as whom the URL names, in a transaction unless it commits by itself.

    Raises:
        DatabaseUnreachableError: No connection could be made.
        SettingsError: It came through a pooler in transaction mode.
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
    # Hashed here, so that no server log ever shows the password.
    verifier = connection.pgconn.encrypt_password(
        password.encode(), name.encode(), b"scram-sha-256"
    )
    wanted = {"login": name, "verifier": verifier.decode(), "member_of": kind}
    try:
        await _execute_quoted(connection, "login_statement", wanted)
    except psycopg.errors.DuplicateObject as error:
        raise ConflictError(f"There is a role `{name}` already.") from error
    if kind is LoginKind.ANALYST:
        await _execute_quoted(connection, "login_limits", {"login": name})


async def _execute_quoted(connection: Connection, name: str, facts: dict[str, Any]) -> None:
    """Run statements that take no parameters: have Postgres quote them first."""
    cursor = await connection.execute(queries.load("admin")[name], facts)
    for (statement,) in await cursor.fetchall():
        await connection.execute(statement.encode())


def login_url(url: str, name: str, password: str) -> str:
    """The same server and database for another login."""
    parts = {key: str(value) for key, value in conninfo_to_dict(url).items() if value}
    account = f"{quote(name, safe='')}:{quote(password, safe='')}"
    database = quote(parts.pop("dbname", parts.get("user", "postgres")), safe="")
    kept = {key: value for key, value in parts.items() if key not in ("user", "password")}
    address = ""
    if "," not in kept.get("host", ",") and not kept["host"].startswith("/"):
        port = kept.pop("port", "5432")
        address = f"{kept.pop('host')}:{port}"
    query = f"?{urlencode(kept, safe='/,')}" if kept else ""
    return f"postgresql://{account}@{address}/{database}{query}"
