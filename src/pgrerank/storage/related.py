"""Lists of related documents in PostgreSQL."""

from collections.abc import Mapping, Sequence
from itertools import accumulate, chain
from typing import Any

import numpy as np
from numpy.typing import NDArray
from psycopg.rows import class_row, dict_row, kwargs_row

from pgrerank.domain.collection import Collection
from pgrerank.domain.document import BareChunk
from pgrerank.domain.errors import InvalidRequestError, NotFoundError
from pgrerank.domain.ids import ChunkId, TenantId
from pgrerank.domain.model import ModelCard
from pgrerank.domain.related import (
    MAX_CHUNKS,
    Corpus,
    Due,
    DueList,
    Enrichment,
    EnrichmentStatus,
    Noticed,
    Related,
    RelatedMethod,
    RelatedPage,
    RenewedList,
)
from pgrerank.domain.vector import unit
from pgrerank.storage import admin, models, queries, tenancy
from pgrerank.storage import cursor as cursors
from pgrerank.storage.pool import Connection, Pool
from pgrerank.storage.related_changes import Look

#: a look for changes, and reading all vectors, take longer than a request may
_TIMEOUT_MS = 15 * 60 * 1000


class PostgresRelated:
    """The port RelatedDocuments, using the service's pool."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._statements = queries.load("related")

    async def settings(self, tenant_id: TenantId, collection: Collection) -> Enrichment | None:
        """What the lists are made by; None: they are not kept."""
        async with tenancy.tenant(self._pool, tenant_id) as connection:
            rows = connection.cursor(row_factory=kwargs_row(_enrichment))
            await rows.execute(self._statements["settings"], _place(tenant_id, collection))
            return await rows.fetchone()

    async def notice(
        self,
        tenant_id: TenantId,
        collection: Collection,
        model: ModelCard,
        *,
        method: RelatedMethod,
        depth: int,
    ) -> Noticed:
        """Look for changes, in one transaction. See ports.related.RelatedDocuments."""
        async with tenancy.tenant(self._pool, tenant_id, timeout_ms=_TIMEOUT_MS) as connection:
            look = Look(
                connection,
                {
                    **_place(tenant_id, collection),
                    "reranker_id": await models.register(connection, model),
                    "method": method,
                    "depth": depth,
                },
            )
            return await look.run(collection)

    async def corpus(self, tenant_id: TenantId, collection: Collection) -> Corpus:
        """Read all vectors. See ports.related.RelatedDocuments.

        The revision is read first: what changes later is found by a later one.
        """
        place = _place(tenant_id, collection)
        async with tenancy.tenant(self._pool, tenant_id, timeout_ms=_TIMEOUT_MS) as connection:
            revision = await self._revision(connection, tenant_id, collection)
            counted = await connection.execute(self._statements["chunks"], place)
            [(chunks,)] = await counted.fetchall()
            if chunks > MAX_CHUNKS:
                raise InvalidRequestError(
                    "collection",
                    f"has {chunks} chunks; related documents can be kept of at most {MAX_CHUNKS}",
                )
            rows = connection.cursor(binary=True)
            await rows.execute(self._statements["members"], place)
            members = await rows.fetchall()
            await rows.execute(self._statements["vectors"], place)
            return _corpus(revision, members, await rows.fetchall())

    async def announce(
        self, tenant_id: TenantId, collection: Collection, corpus: Corpus, due: Sequence[int]
    ) -> None:
        """Mark lists as due, in one transaction. See ports.related.RelatedDocuments."""
        announced = corpus.numbers[~corpus.announced].tolist()
        if not announced:
            return
        parameters = {
            **_place(tenant_id, collection),
            "revision": corpus.revision,
            "due": list(due),
            "numbers": announced,
        }
        async with tenancy.tenant(self._pool, tenant_id) as connection:
            await self._revision(connection, tenant_id, collection)
            await connection.execute(self._statements["announce_due"], parameters)
            await connection.execute(self._statements["announced"], parameters)

    async def claim(
        self, tenant_id: TenantId, collection: Collection, *, limit: int, lease_s: float
    ) -> tuple[int, Sequence[DueList]]:
        """Take due lists. See ports.related.RelatedDocuments."""
        parameters = {
            **_place(tenant_id, collection),
            "row_count": limit,
            "lease_s": lease_s,
        }
        async with tenancy.tenant(self._pool, tenant_id) as connection:
            revision = await self._revision(connection, tenant_id, collection)
            rows = connection.cursor(row_factory=class_row(DueList), binary=True)
            await rows.execute(self._statements["claim"], parameters)
            return revision, await rows.fetchall()

    async def release(
        self, tenant_id: TenantId, collection: Collection, numbers: Sequence[int]
    ) -> None:
        """Give lists back that were not computed."""
        parameters = {**_place(tenant_id, collection), "numbers": list(numbers)}
        async with tenancy.tenant(self._pool, tenant_id) as connection:
            await connection.execute(self._statements["release"], parameters)

    async def tokens(
        self, tenant_id: TenantId, model: ModelCard, chunk_ids: Sequence[ChunkId]
    ) -> Mapping[ChunkId, bytes]:
        """Token vectors of those chunks that have some by the model."""
        parameters = {
            "tenant_id": tenant_id,
            "model_id": model.id,
            "chunk_ids": list(chunk_ids),
        }
        async with tenancy.tenant(self._pool, tenant_id) as connection:
            rows = connection.cursor(binary=True)
            await rows.execute(self._statements["tokens"], parameters)
            return dict(await rows.fetchall())

    async def passages(
        self, tenant_id: TenantId, chunk_ids: Sequence[ChunkId]
    ) -> Mapping[ChunkId, BareChunk]:
        """Texts of those chunks that are still there."""
        parameters = {"tenant_id": tenant_id, "chunk_ids": list(chunk_ids)}
        async with tenancy.tenant(self._pool, tenant_id) as connection:
            rows = connection.cursor(row_factory=class_row(BareChunk))
            await rows.execute(self._statements["passages"], parameters)
            return {each.chunk_id: each for each in await rows.fetchall()}

    async def store(
        self,
        tenant_id: TenantId,
        collection: Collection,
        lists: Sequence[RenewedList],
        *,
        revision: int,
    ) -> None:
        """Store lists, in one transaction. See ports.related.RelatedDocuments."""
        async with tenancy.tenant(self._pool, tenant_id) as connection:
            current = await self._revision(connection, tenant_id, collection)
            parameters = {
                **_place(tenant_id, collection),
                **_arrays(lists),
                "revision": revision,
                "current_revision": current,
            }
            await connection.execute(self._statements["store"], parameters)

    async def due(self, tenant_id: TenantId, collection: Collection) -> Due:
        """What is left to do."""
        async with tenancy.tenant(self._pool, tenant_id) as connection:
            rows = connection.cursor(row_factory=class_row(Due))
            await rows.execute(self._statements["due"], _place(tenant_id, collection))
            [due] = await rows.fetchall()
            return due

    async def status(self, tenant_id: TenantId, collection: Collection) -> EnrichmentStatus | None:
        """State of the lists; None: they are not kept."""
        async with tenancy.tenant(self._pool, tenant_id) as connection:
            rows = connection.cursor(row_factory=kwargs_row(_status))
            await rows.execute(self._statements["status"], _place(tenant_id, collection))
            return await rows.fetchone()

    async def page(
        self,
        tenant_id: TenantId,
        collection: Collection,
        external_id: str,
        *,
        limit: int,
        cursor: str | None,
    ) -> RelatedPage:
        """A part of a list, in one read. See ports.related.RelatedDocuments."""
        after = _offset(cursor)
        parameters = {
            **_place(tenant_id, collection),
            "external_id": external_id,
            "after": after,
            "row_count": limit,
        }
        async with tenancy.tenant(self._pool, tenant_id) as connection:
            rows = connection.cursor(row_factory=dict_row)
            await rows.execute(self._statements["page"], parameters)
            found = await rows.fetchall()
        if not found:
            raise NotFoundError("document", external_id)
        return _page(found, after=after, limit=limit)

    async def forget(self, tenant_id: TenantId, collection: Collection) -> bool:
        """Delete all lists of a collection; returns whether they were kept."""
        async with tenancy.tenant(self._pool, tenant_id, timeout_ms=_TIMEOUT_MS) as connection:
            gone = await connection.execute(
                self._statements["forget"], _place(tenant_id, collection)
            )
            return gone.rowcount == 1

    async def _revision(
        self, connection: Connection, tenant_id: TenantId, collection: Collection
    ) -> int:
        """The revision, which does not change until the transaction ends."""
        rows = await connection.execute(self._statements["revision"], _place(tenant_id, collection))
        row = await rows.fetchone()
        if row is None:
            raise NotFoundError("list of related documents in the collection", collection.name)
        return int(row[0])


async def stale(url: str) -> Sequence[tuple[TenantId, str]]:
    """Tenants and names of the collections whose lists are kept and not up to date.

    Args:
        url: PostgreSQL URL of a login that may `set role pgrerank_owner`.
    """
    async with admin.owner(url) as connection:
        rows = await connection.execute(queries.load("related")["stale"])
        return [(TenantId(tenant_id), str(name)) for tenant_id, name in await rows.fetchall()]


def _enrichment(*, method: str, **columns: Any) -> Enrichment:
    return Enrichment(method=RelatedMethod(method), **columns)


def _status(*, method: str, **columns: Any) -> EnrichmentStatus:
    return EnrichmentStatus(method=RelatedMethod(method), **columns)


def _corpus(
    revision: int, members: Sequence[Sequence[Any]], vectors: Sequence[Sequence[Any]]
) -> Corpus:
    columns = list(zip(*members, strict=True)) if members else [()] * 5
    numbers = np.array(columns[0], dtype=np.int64)
    owners, firsts = np.unique(
        np.array([number for number, _, _ in vectors], dtype=np.int64), return_index=True
    )
    lowest = [-np.inf if each is None else each for each in columns[3]]
    return Corpus(
        revision=revision,
        numbers=numbers,
        text_revisions=np.array(columns[1], dtype=np.int64),
        announced=np.array(columns[2], dtype=np.bool_),
        due=np.array(columns[4], dtype=np.bool_),
        lowest=np.array(lowest, dtype=np.float32),
        chunk_ids=[chunk_id for _, chunk_id, _ in vectors],
        firsts=firsts.astype(np.int64),
        owners=np.searchsorted(numbers, owners),
        vectors=_unit([each for _, _, each in vectors]),
    )


def _unit(vectors: Sequence[Any]) -> NDArray[np.float32]:
    """Vectors of length 1; those of the dense leg are compared by cosine as well."""
    if not vectors:
        return np.empty((0, 1), dtype=np.float32)
    return unit(np.stack([each.to_numpy() for each in vectors]).astype(np.float32))


def _arrays(lists: Sequence[RenewedList]) -> dict[str, list[Any]]:
    """The lists one after the other, and where each begins and ends, from 1."""
    lasts = list(accumulate(len(each.numbers) for each in lists))
    return {
        "numbers": [each.number for each in lists],
        "related": list(chain.from_iterable(each.numbers for each in lists)),
        "scores": list(chain.from_iterable(each.scores for each in lists)),
        "firsts": [last - len(each.numbers) + 1 for last, each in zip(lasts, lists, strict=True)],
        "lasts": lasts,
        "lowest": [each.lowest_similarity for each in lists],
    }


def _offset(cursor: str | None) -> int:
    key = cursors.key(cursor)
    if key is None:
        return 0
    if not key.isascii() or not key.isdecimal() or int(key) > _LARGEST_OFFSET:
        raise cursors.refusal()
    return int(key)


_LARGEST_OFFSET = 1_000_000


def _page(rows: Sequence[dict[str, Any]], *, after: int, limit: int) -> RelatedPage:
    head = rows[0]
    items = [
        Related(
            external_id=row["external_id"],
            title=row["title"],
            uri=row["uri"],
            metadata=row["metadata"],
            score=row["score"],
            rank=after + row["place"],
        )
        for row in rows
        if row["place"] is not None
    ]
    has_more = (head["listed"] or 0) > after + limit
    return RelatedPage(
        document=head["document"],
        items=items,
        cursor=cursors.encode(str(after + limit)) if has_more else None,
        listed=head["listed"],
        is_due=bool(head["is_due"]),
        renewed_at=head["renewed_at"],
        checked_at=head["checked_at"],
        model=head["model"],
        depth=head["depth"],
    )


def _place(tenant_id: TenantId, collection: Collection) -> dict[str, object]:
    return {"tenant_id": tenant_id, "collection_id": collection.id}
