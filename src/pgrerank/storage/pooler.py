"""Detection of poolers in transaction mode, which give each transaction another backend."""

import asyncio

import psycopg

from pgrerank.domain.errors import DatabaseUnreachableError, SettingsError
from pgrerank.storage import address, link, queries
from pgrerank.storage.pool import Connection

_PATIENCE_S = 5
_LOOKS = 3


async def refuse(url: str, *, announced: int, actual: int) -> None:
    """Refuse an administrator's connection through a pooler in transaction mode.

    The session's role, locks and timeouts would remain in effect for the next user of the
    connection. In session mode they end with the session.

    Args:
        url: URL of the connection.
        announced: Process id of the backend, as announced when the connection was made. Poolers
            announce an invented one.
        actual: Process id that the backend itself returns.

    Raises:
        SettingsError: The connection goes through such a pooler.
    """
    if announced == actual or not await _shares_backends(url):
        return
    stands_in = address.is_services_alone(url)
    raise SettingsError(
        address.ADMINISTRATOR,
        f"{f'is not set, and {address.SERVICE} ' if stands_in else ''}leads to a pooler in "
        "transaction mode, where a session's role, locks and timeouts would remain in effect for "
        "others; name the host and port of Postgres itself",
    )


async def backend(connection: Connection) -> int:
    """Process id of the backend. Rolls back the transaction that the query began."""
    rows = await connection.execute(queries.load("connections")["backend"])
    row = await rows.fetchone()
    await connection.rollback()
    return 0 if row is None else int(row[0])


async def _shares_backends(url: str) -> bool:
    """Whether two idle connections share backends.

    True too if a connection fails or times out, since the answer is then unknown.
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
