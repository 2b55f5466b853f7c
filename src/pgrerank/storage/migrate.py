"""Run migrations, as the command line of `alembic` does."""

import re
from collections.abc import Generator
from contextlib import contextmanager

import psycopg
from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy.exc import DBAPIError

from pgrerank.domain.errors import (
    MissingExtensionError,
    NewerDatabaseError,
    StartupError,
)
from pgrerank.storage import address, link, sqlfile


def upgrade(url: str, revision: str = "head") -> None:
    """Upgrade a database to a revision. Any number of processes may do so at once.

    Args:
        url: PostgreSQL URL of a login that may `set role pgrerank_owner`, or create that role.
        revision: A revision, or `head` for the newest.

    Raises:
        DatabaseUnreachableError: No connection could be made.
        MissingExtensionError: The server has no pgvector to install.
        NewerDatabaseError: The database is at a revision this version does not know.
        StartupError: A lock timed out, or the login may not migrate.
    """
    with _translate(url):
        command.upgrade(config(url), revision)


def downgrade(url: str, revision: str) -> None:
    """Downgrade a database to a revision, or to `base`. Data without a place there is lost.

    Raises:
        StartupError: As `upgrade` does.
    """
    with _translate(url):
        command.downgrade(config(url), revision)


def config(url: str) -> Config:
    """Alembic's configuration for a database, without a file."""
    settings = Config(attributes={"url": url})
    settings.set_main_option("script_location", str(sqlfile.migrations_dir()).replace("%", "%%"))
    settings.set_main_option("path_separator", "os")
    return settings


@contextmanager
def _translate(url: str) -> Generator[None]:
    try:
        yield
    except DBAPIError as error:
        raise _translation(url, error) from error
    except CommandError as error:
        unknown = re.search(r"Can't locate revision identified by '(.+)'", str(error))
        if unknown is None:
            raise
        raise NewerDatabaseError(unknown[1]) from error


def _translation(url: str, error: DBAPIError) -> Exception:
    match error.orig:
        case psycopg.errors.LockNotAvailable():
            translated = StartupError(
                "Another transaction locks a table to be changed. Run it again."
            )
        case psycopg.errors.InsufficientPrivilege() as cause:
            translated = StartupError(
                f"This login may not migrate ({_one_line(cause)}). "
                f"Set {address.ADMINISTRATOR} to the URL of one that may."
            )
        case psycopg.errors.FeatureNotSupported() as cause if "extension" in str(cause):
            translated = MissingExtensionError(is_packaged=False)
        case psycopg.Error(sqlstate="PR002") as cause:
            translated = StartupError(f"{cause.diag.message_primary}. {cause.diag.message_hint}")
        case psycopg.Error(sqlstate=None) as cause:
            translated = link.unreachable(url, cause)
        case _:
            translated = error
    return translated


def _one_line(error: psycopg.Error) -> str:
    return " ".join(str(error).split())
