"""Single connections to PostgreSQL, without a pool."""

from typing import Any

import psycopg
from psycopg import AsyncConnection
from psycopg.rows import TupleRow

from pgrerank.domain.errors import DatabaseUnreachableError
from pgrerank.storage import address
from pgrerank.storage.pool import Connection


async def connect(
    url: str, *, purpose: str, autocommit: bool = False, **options: Any
) -> Connection:
    """Open a connection with the URL's login.

    Args:
        url: PostgreSQL URL.
        purpose: Its purpose, shown in `pg_stat_activity`.
        autocommit: Whether each statement commits by itself.
        options: Further options of psycopg.

    Raises:
        DatabaseUnreachableError: No connection could be made.
    """
    try:
        return await AsyncConnection[TupleRow].connect(
            url,
            autocommit=autocommit,
            application_name=f"pgrerank {purpose}",
            prepare_threshold=None,  # as in storage/pool.py
            **options,
        )
    except psycopg.Error as error:
        raise unreachable(url, error) from error


def unreachable(url: str, error: psycopg.Error) -> DatabaseUnreachableError:
    """The error for a failed connection: its reason in one line, and the setting of the URL."""
    return DatabaseUnreachableError(" ".join(str(error).split()), address.variable_of(url))
