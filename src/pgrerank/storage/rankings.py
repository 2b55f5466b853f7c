"""The rerank log in PostgreSQL."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

from psycopg import errors
from psycopg.rows import dict_row

from pgrerank.domain import ids
from pgrerank.domain.candidate import SearchOutcome
from pgrerank.domain.collection import Collection
from pgrerank.domain.errors import NotFoundError, UnavailableError
from pgrerank.domain.ids import RankingId, TenantId
from pgrerank.domain.log import (
    LoggedRanking,
    RankingFilter,
)
from pgrerank.domain.model import ModelCard
from pgrerank.domain.offload import offload
from pgrerank.domain.page import Page
from pgrerank.domain.request import SearchRequest
from pgrerank.domain.rerank import RerankOutcome, RerankRequest
from pgrerank.storage import arrays, models, queries, ranking_rows, supplied_documents, tenancy
from pgrerank.storage import cursor as cursors
from pgrerank.storage.pool import Pool

#: rows that are read before the event loop serves other tasks
_TURN = 32
_ID_VERSION = 7  # UUIDs that begin with a timestamp

_Insert: TypeAlias = Callable[[TenantId, Mapping[str, object]], Awaitable[None]]


class PostgresRankings:
    """The port Rankings, using the service's pool.

    Args:
        pool: The service's connection pool.
        rerankers: The models whose scores are recorded; not needed for reading.
    """

    def __init__(self, pool: Pool, *rerankers: ModelCard) -> None:
        self._pool = pool
        self._unregistered = rerankers
        self._statements = queries.load("rankings")

    async def record(
        self,
        tenant_id: TenantId,
        collection: Collection,
        request: SearchRequest,
        ranking: SearchOutcome,
    ) -> RankingId:
        """Store a ranking and commit it. See ports.rankings.Rankings."""
        await self._register(tenant_id)
        row = ranking_rows.of_search(tenant_id, collection, request, ranking)
        return await self._written(tenant_id, self._insert_search, arrays.with_literals(row))

    async def record_supplied(
        self,
        tenant_id: TenantId,
        collection: Collection | None,
        request: RerankRequest,
        ranked: RerankOutcome,
    ) -> RankingId:
        """Store a ranking of supplied documents. See ports.rankings.Rankings."""
        await self._register(tenant_id)
        keep_texts = await self._keeps_texts(tenant_id)

        def row() -> dict[str, object]:
            return arrays.with_literals(
                supplied_documents.row(
                    tenant_id, collection, request, ranked, keep_texts=keep_texts
                )
            )

        return await self._written(
            tenant_id, self._insert_supplied, await offload(row, items=len(ranked.documents))
        )

    async def get(self, tenant_id: TenantId, ranking_id: RankingId) -> LoggedRanking:
        """A ranking with its candidates. Raises NotFoundError."""
        parameters = {
            "tenant_id": tenant_id,
            "created_at": _instant(ranking_id),
            "id": ranking_id,
        }
        async with tenancy.tenant(self._pool, tenant_id) as connection:
            cursor = connection.cursor(row_factory=dict_row)
            await cursor.execute(self._statements["get"], parameters)
            row = await cursor.fetchone()
        if row is None:
            raise NotFoundError("ranking", ranking_id)
        return await offload(
            lambda: ranking_rows.ranking_with_candidates(**row),
            items=len(row["document_hashes"] or ()),
        )

    async def page(
        self, tenant_id: TenantId, ranking_filter: RankingFilter, *, limit: int, cursor: str | None
    ) -> Page[LoggedRanking]:
        """Rankings without candidates, newest first.

        Raises:
            InvalidRequestError: This listing did not return the cursor.
        """
        parameters = {
            "tenant_id": tenant_id,
            **asdict(ranking_filter),
            **_position(cursor),
            "row_count": limit + 1,
        }
        async with tenancy.tenant(self._pool, tenant_id) as connection:
            rows = connection.cursor(row_factory=dict_row)
            await rows.execute(self._statements["page"], parameters)
        # The result is in memory, so other requests may use the connection while it is converted.
        rankings: list[LoggedRanking] = []
        while some := await rows.fetchmany(_TURN):
            rankings += [ranking_rows.ranking(**row) for row in some]
            await asyncio.sleep(0)
        return cursors.page(rankings, limit, lambda ranking: str(ranking.id))

    async def _register(self, tenant_id: TenantId) -> None:
        if self._unregistered:
            async with tenancy.tenant(self._pool, tenant_id) as connection:
                for card in self._unregistered:
                    await models.register(connection, card)
            self._unregistered = ()

    async def _keeps_texts(self, tenant_id: TenantId) -> bool:
        async with tenancy.tenant(self._pool, tenant_id) as connection:
            cursor = await connection.execute(
                self._statements["keeps_texts"], {"tenant_id": tenant_id}
            )
            row = await cursor.fetchone()
        return row is not None and bool(row[0])

    async def _written(
        self, tenant_id: TenantId, insert: _Insert, row: Mapping[str, object]
    ) -> RankingId:
        if await _has_partition(insert(tenant_id, row)):
            return RankingId(UUID(str(row["id"])))
        instant = await self._make_partitions(tenant_id)
        if await _has_partition(insert(tenant_id, row)):
            return RankingId(UUID(str(row["id"])))
        # The month is not a current one, so the process's clock is wrong: use PostgreSQL's time.
        moved = ids.ranking_at(RankingId(UUID(str(row["id"]))), instant)
        placed = {**row, "id": moved, "created_at": ids.created_at(moved)}
        if not await _has_partition(insert(tenant_id, placed)):
            raise UnavailableError("Postgres")
        return moved

    async def _insert_search(self, tenant_id: TenantId, row: Mapping[str, object]) -> None:
        await tenancy.run(self._pool, tenant_id, self._statements["record"], parameters=row)

    async def _insert_supplied(self, tenant_id: TenantId, row: Mapping[str, object]) -> None:
        # Not `run`: the texts may have megabytes, which the client would quote.
        async with tenancy.tenant(self._pool, tenant_id) as connection:
            await connection.execute(self._statements["record_supplied"], row)

    async def _make_partitions(self, tenant_id: TenantId) -> datetime:
        """Create missing partitions; returns PostgreSQL's current time."""
        async with tenancy.tenant(self._pool, tenant_id) as connection:
            cursor = await connection.execute(self._statements["make_partitions"])
            [(instant,)] = await cursor.fetchall()
        return instant


async def _has_partition(inserting: Awaitable[None]) -> bool:
    """Insert a row; returns whether there is a partition for it."""
    try:
        await inserting
    except errors.CheckViolation as error:
        # A row without a partition violates a check that has no name.
        if error.diag.constraint_name is not None:
            raise
        return False
    return True


def _instant(ranking_id: RankingId) -> datetime:
    """When a ranking was made, by its id. Raises NotFoundError for other kinds of UUID."""
    if ranking_id.version != _ID_VERSION:
        raise NotFoundError("ranking", ranking_id)
    try:
        return ids.created_at(ranking_id)
    except (OverflowError, ValueError):
        raise NotFoundError("ranking", ranking_id) from None


def _position(cursor: str | None) -> dict[str, object]:
    key = cursors.key(cursor)
    if key is None:
        return {"before_instant": None, "before_id": None}
    try:
        identifier = RankingId(UUID(key))
        return {"before_instant": _instant(identifier), "before_id": identifier}
    except (ValueError, NotFoundError):
        raise cursors.refusal() from None
