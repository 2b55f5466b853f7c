"""Changes of documents that lists of related documents may have to follow."""

from collections.abc import Mapping
from typing import Any

from psycopg.rows import dict_row

from pgrerank.domain.collection import Collection
from pgrerank.domain.errors import NotFoundError
from pgrerank.domain.related import Noticed
from pgrerank.storage import queries
from pgrerank.storage.pool import Connection


class Look:
    """A look for changes in the connection's transaction.

    Args:
        connection: A connection in a transaction of the tenant.
        values: Tenant, collection, and what the lists are to be made by.
    """

    def __init__(self, connection: Connection, values: Mapping[str, object]) -> None:
        self._connection = connection
        self._values = values
        self._statements = queries.load("related_changes")

    async def run(self, collection: Collection) -> Noticed:
        """Find changes, and mark what holds them.

        Raises:
            NotFoundError: The collection was deleted.
        """
        await self._execute("begin")
        held = self._connection.cursor(row_factory=dict_row)
        await held.execute(self._statements["hold"], dict(self._values))
        known = await held.fetchone()
        if known is None:
            raise NotFoundError("collection", collection.name)
        # Counted first: what is deleted from here on is found by the next look.
        [(members,)] = await self._execute("count_members")
        new = {
            "next_revision": known["revision"] + 1,
            "next_number": known["next_number"],
            "remade": known["is_remade"],
        }
        if known["is_remade"] or known["is_resized"]:
            await self._execute("mark_all", new)
        noted = [is_new for (is_new,) in await self._execute("note_changes", new)]
        noticed = Noticed(
            new=sum(noted),
            changed=len(noted) - sum(noted),
            gone=max(known["members"] - members, 0),
        )
        if noticed.changed or noticed.gone:
            await self._execute("mark_holders", new)
        is_news = known["is_remade"] or known["is_resized"] or noticed != Noticed()
        finished = {
            "revision": known["revision"] + is_news,
            "new": noticed.new,
            "members": members + noticed.new,
        }
        await self._execute("finish_check", finished)
        return noticed

    async def _execute(
        self, name: str, values: Mapping[str, object] | None = None
    ) -> list[tuple[Any, ...]]:
        done = await self._connection.execute(
            self._statements[name], {**self._values, **(values or {})}
        )
        return [] if done.description is None else await done.fetchall()
