"""How good searches were whose queries are judged."""

from pgrerank.domain.judgment import RELEVANT
from pgrerank.storage import queries
from pgrerank.storage.pool import Connection


async def count(connection: Connection) -> None:
    """Count it anew, of all tenants.

    Args:
        connection: The owner's, in a transaction: without it nothing would be there for a while.
    """
    statements = queries.load("quality")
    await connection.execute(statements["forget"])
    await connection.execute(statements["count"], {"relevant": RELEVANT})
