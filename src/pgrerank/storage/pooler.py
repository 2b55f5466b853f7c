"""Whether a URL leads to a pooler that gives each transaction another connection of Postgres."""

import asyncio

import psycopg

from pgrerank.domain.errors import DatabaseUnreachableError, SettingsError
from pgrerank.storage import address, link, queries
from pgrerank.storage.pool import Connection

_PATIENCE_S = 5
_LOOKS = 3


async def refuse(url: str, *, announced: int, actual: int) -> None:
    """Refuse an administrator's connection that came through a pooler in transaction mode.

    A role, a lock and a timeout of a session would stay behind with whoever gets the connection
    next. In session mode they end with the session.

    Args:
        url: What was connected to.
        announced: The process id of the backend, as the connection was told when it was made.
            Poolers tell one that they made up.
        actual: The same, as the backend says.

    Raises:
        SettingsError: It did.
    """
    if announced == actual or not await _shares_backends(url):
        return
    stands_in = address.is_services_alone(url)
    raise SettingsError(
        address.ADMINISTRATOR,
        f"{f'is not set, and {address.SERVICE} ' if stands_in else ''}leads to a pooler in "
        "transaction mode, where the role, locks and timeouts of a session would stay behind on "
        "connections of others; name the host and port of Postgres itself",
    )


async def backend(connection: Connection) -> int:
    """Process id of the backend that ran this; undoes the transaction that it began."""
    found = await connection.execute(queries.load("connections")["backend"])
    row = await found.fetchone()
    await connection.rollback()
    return 0 if row is None else int(row[0])


async def _shares_backends(url: str) -> bool:
    """Whether two connections that do nothing at the moment take turns with the same backends.

    One that waits, or is refused, cannot tell; it counts as if they did.
    """
    try:
        async with (
            asyncio.timeout(_PATIENCE_S),
            await link.connect(url, purpose="check", autocommit=True) as one,
            await link.connect(url, purpose="check", autocommit=True) as other,
        ):
            rounds = [
                [await backend(each) for each in (one, one, other, other)] for _ in range(_LOOKS)
            ]
    except (TimeoutError, psycopg.Error, DatabaseUnreachableError):
        return True
    backends_of_one = {pid for looks in rounds for pid in looks[:2]}
    backends_of_other = {pid for looks in rounds for pid in looks[2:]}
    return len(backends_of_one) > 1 or bool(backends_of_one & backends_of_other)
