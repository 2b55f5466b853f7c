"""One connection to Postgres, for who needs no pool."""

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
    """A connection as whom the URL names.

    Args:
        url: Postgres URL.
        purpose: What it is for, as `pg_stat_activity` shows it.
        autocommit: Whether each statement commits by itself.
        options: More of what psycopg takes.

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
    """Why there is no connection, in one line, with the setting that names the server."""
    return DatabaseUnreachableError(" ".join(str(error).split()), address.variable_of(url))
