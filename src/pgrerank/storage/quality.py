"""Quality of searches whose queries are judged."""

from pgrerank.domain.judgment import RELEVANT
from pgrerank.storage import queries
from pgrerank.storage.pool import Connection


async def count(connection: Connection) -> None:
    """Recompute the quality of all tenants' searches.

    Args:
        connection: The owner's, in a transaction, so that readers never see an empty table.
    """
    statements = queries.load("quality")
    await connection.execute(statements["forget"])
    await connection.execute(statements["count"], {"relevant": RELEVANT})
