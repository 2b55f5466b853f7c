"""Facts of a database for `pgrerank doctor`."""

from dataclasses import dataclass
from typing import Any

from psycopg.rows import dict_row

from pgrerank.storage import admin
from pgrerank.storage.pool import Connection
from pgrerank.storage.queries import load

QUERIES = load("doctor")


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseFacts:
    """What the checks of a database are about. The rows have the columns of sql/queries/doctor.sql."""

    server: dict[str, Any]
    #: tenants' tables without row-level security
    unprotected: list[str]
    #: roles of pgrerank that may make temporary objects
    makers: list[str]
    partitions: dict[str, Any]
    log_counts: dict[str, Any]


async def facts(url: str) -> DatabaseFacts:
    """The facts of a database, read as its owner. Raises as admin.owner."""
    async with admin.owner(url) as connection:
        return DatabaseFacts(
            server=(await _rows(connection, "server"))[0],
            unprotected=[row["name"] for row in await _rows(connection, "unprotected_tables")],
            makers=[row["name"] for row in await _rows(connection, "makers")],
            partitions=(await _rows(connection, "log_partitions"))[0],
            log_counts=(await _rows(connection, "log_counts"))[0],
        )


async def largest_collection(url: str) -> dict[str, Any] | None:
    """The largest collection with its tenant; None: nothing is ingested. Raises as admin.owner."""
    async with admin.owner(url) as connection:
        rows = await _rows(connection, "largest_collection")
    return rows[0] if rows else None


async def _rows(connection: Connection, statement: str) -> list[dict[str, Any]]:
    cursor = connection.cursor(row_factory=dict_row)
    await cursor.execute(QUERIES[statement])
    return await cursor.fetchall()
