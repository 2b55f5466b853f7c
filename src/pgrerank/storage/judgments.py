"""Judgments in PostgreSQL."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.rows import DictRow, class_row, dict_row, kwargs_row
from uuid_utils.compat import uuid7

from pgrerank.domain.calibration import CandidatePool as SearchPool
from pgrerank.domain.collection import Collection
from pgrerank.domain.document import passage
from pgrerank.domain.errors import NotFoundError
from pgrerank.domain.ids import ChunkId, TenantId
from pgrerank.domain.judgment import (
    PERSON,
    JudgedPassage,
    Judgment,
    JudgmentSelection,
    Label,
    ScoredChunk,
    SeenPassage,
    StoredJudgment,
    query_hash,
)
from pgrerank.domain.model import ModelCard
from pgrerank.domain.page import Page
from pgrerank.storage import cursor as cursors
from pgrerank.storage import queries, score_columns, tenancy
from pgrerank.storage.pool import Pool

_BATCH = 5_000
#: some statements read a tenant's whole log, which may be long
_TIMEOUT_MS = 15 * 60 * 1000


class PostgresJudgments:
    """The port Judgments, using the service's pool."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._statements = queries.load("judgments")

    async def add(
        self, tenant_id: TenantId, collection: Collection, judgments: Sequence[Judgment]
    ) -> int:
        """Store judgments; returns how many were new. See ports.judgments.Judgments."""
        # Of equal judgments the last counts: it is what its judge says now.
        last = reversed(dict.fromkeys(reversed(judgments)))
        ids = {judgment: uuid7() for judgment in last}
        # in one order, so that two callers with the same judgments do not deadlock
        ordered = sorted(ids, key=_content)
        added = 0
        async with tenancy.tenant(self._pool, tenant_id) as connection:
            for start in range(0, len(ordered), _BATCH):
                rows = _columns(ids, ordered[start : start + _BATCH])
                owner = {"tenant_id": tenant_id, "collection_id": collection.id}
                done = await connection.execute(self._statements["add"], {**owner, **rows})
                added += sum(is_new for (is_new,) in await done.fetchall())
        return added

    async def remove(self, tenant_id: TenantId, collection: Collection, judgment: Judgment) -> bool:
        """Remove a judgment; returns whether it was stored. See ports.judgments.Judgments."""
        parameters = {
            "tenant_id": tenant_id,
            "collection_id": collection.id,
            "query_hash": query_hash(judgment.query),
            "external_id": judgment.external_id,
            "chunk_id": judgment.chunk_id,
            "grade": judgment.grade,
            "source": judgment.source,
            "judged_by": judgment.judged_by,
        }
        async with tenancy.tenant(self._pool, tenant_id) as connection:
            removed = await connection.execute(self._statements["remove"], parameters)
        return removed.rowcount > 0

    async def page(
        self,
        tenant_id: TenantId,
        collection: Collection,
        selection: JudgmentSelection,
        *,
        limit: int,
        cursor: str | None,
    ) -> Page[StoredJudgment]:
        """Judgments as they are stored, newest first. See ports.judgments.Judgments."""
        parameters = {
            "tenant_id": tenant_id,
            "collection_id": collection.id,
            "before": cursors.identifier(cursor),
            "query_hash": None if selection.query is None else query_hash(selection.query),
            "external_id": selection.external_id,
            "source": selection.source,
            "judged_by": selection.judged_by,
            "row_count": limit + 1,
        }
        async with tenancy.tenant(self._pool, tenant_id) as connection:
            rows = connection.cursor(row_factory=kwargs_row(_stored))
            await rows.execute(self._statements["page"], parameters)
            return cursors.page(await rows.fetchall(), limit, lambda each: str(each.id))

    async def delete(self, tenant_id: TenantId, judgment_id: UUID) -> None:
        """Delete a judgment. Raises NotFoundError."""
        async with tenancy.tenant(self._pool, tenant_id) as connection:
            done = await connection.execute(
                self._statements["delete"], {"tenant_id": tenant_id, "id": judgment_id}
            )
        if not done.rowcount:
            raise NotFoundError("judgment", judgment_id)

    async def unknown(
        self, tenant_id: TenantId, collection: Collection, external_ids: Sequence[str]
    ) -> Sequence[str]:
        """The external ids that are not in the collection."""
        async with tenancy.tenant(self._pool, tenant_id) as connection:
            rows = await connection.execute(
                self._statements["unknown"],
                {
                    "tenant_id": tenant_id,
                    "collection_id": collection.id,
                    "external_ids": list(external_ids),
                },
            )
            return [external_id for (external_id,) in await rows.fetchall()]

    async def grades(
        self, tenant_id: TenantId, collection: Collection
    ) -> Mapping[str, Mapping[str, int]]:
        """Grades of documents by query. See ports.judgments.Judgments."""
        async with tenancy.tenant(self._pool, tenant_id) as connection:
            rows = await connection.execute(
                self._statements["grades"],
                {"tenant_id": tenant_id, "collection_id": collection.id},
            )
            return _by_query(await rows.fetchall())

    async def labels(self, tenant_id: TenantId, collection: Collection) -> Sequence[Label]:
        """Grades of documents and chunks by query. See ports.judgments.Judgments."""
        async with tenancy.tenant(self._pool, tenant_id) as connection:
            cursor = connection.cursor(row_factory=class_row(Label))
            await cursor.execute(
                self._statements["labels"],
                {"tenant_id": tenant_id, "collection_id": collection.id},
            )
            return await cursor.fetchall()

    async def logged_scores(
        self, tenant_id: TenantId, collection: Collection, model: ModelCard, pool: SearchPool
    ) -> Sequence[ScoredChunk]:
        """Logged scores of judged queries. See ports.judgments.Judgments."""
        async with tenancy.tenant(self._pool, tenant_id, timeout_ms=_TIMEOUT_MS) as connection:
            cursor = connection.cursor(row_factory=dict_row)
            await cursor.execute(
                self._statements["logged_scores"],
                {
                    "tenant_id": tenant_id,
                    "collection_id": collection.id,
                    "fingerprint": model.fingerprint,
                    **asdict(pool),
                },
            )
            return [chunk for row in await cursor.fetchall() for chunk in _scored_chunks(row)]

    async def grades_of_model(
        self, tenant_id: TenantId, collection: Collection, judged_by: str
    ) -> Mapping[str, Mapping[str, int]]:
        """A language model's grades of documents. See ports.judgments.Judgments."""
        about = {
            "tenant_id": tenant_id,
            "collection_id": collection.id,
            "judged_by": judged_by,
        }
        async with tenancy.tenant(self._pool, tenant_id) as connection:
            rows = await connection.execute(self._statements["grades_of_model"], about)
            return _by_query(await rows.fetchall())

    async def of_judge(
        self,
        tenant_id: TenantId,
        collection: Collection,
        judged_by: str,
        *,
        source: str = PERSON,
    ) -> set[tuple[str, str, ChunkId | None]]:
        """Query, document and chunk of each grade of a judge. See ports.judgments.Judgments."""
        async with tenancy.tenant(self._pool, tenant_id) as connection:
            rows = await connection.execute(
                self._statements["of_judge"],
                {
                    "tenant_id": tenant_id,
                    "collection_id": collection.id,
                    "judged_by": judged_by,
                    "source": source,
                },
            )
            return {(query, name, chunk_id) for query, name, chunk_id in await rows.fetchall()}

    async def logged_queries(
        self, tenant_id: TenantId, collection: Collection, *, limit: int
    ) -> Sequence[str]:
        """Queries of logged searches, newest first."""
        async with tenancy.tenant(self._pool, tenant_id) as connection:
            rows = await connection.execute(
                self._statements["logged_queries"],
                {
                    "tenant_id": tenant_id,
                    "collection_id": collection.id,
                    "row_count": limit,
                },
            )
            return [query for (query,) in await rows.fetchall()]

    async def document_of(self, tenant_id: TenantId, chunk_id: ChunkId) -> str:
        """External id of a chunk's document. Raises NotFoundError."""
        async with tenancy.tenant(self._pool, tenant_id) as connection:
            cursor = await connection.execute(
                self._statements["document_of"], {"tenant_id": tenant_id, "chunk_id": chunk_id}
            )
            row = await cursor.fetchone()
        if row is None:
            raise NotFoundError("chunk", chunk_id)
        return row[0]

    async def judged_passages(
        self, tenant_id: TenantId, collection: Collection
    ) -> Sequence[JudgedPassage]:
        """Judged documents that are stored, each with a passage. See ports.judgments.Judgments."""
        async with tenancy.tenant(self._pool, tenant_id, timeout_ms=_TIMEOUT_MS) as connection:
            cursor = connection.cursor(row_factory=kwargs_row(_judged_passage))
            await cursor.execute(
                self._statements["judged_passages"],
                {"tenant_id": tenant_id, "collection_id": collection.id},
            )
            return await cursor.fetchall()

    async def seen_passages(
        self, tenant_id: TenantId, collection: Collection, *, depth: int
    ) -> Sequence[SeenPassage]:
        """Passages that searches for judged queries returned. See ports.judgments.Judgments."""
        async with tenancy.tenant(self._pool, tenant_id, timeout_ms=_TIMEOUT_MS) as connection:
            cursor = connection.cursor(row_factory=kwargs_row(_seen_passage))
            await cursor.execute(
                self._statements["seen_passages"],
                {"tenant_id": tenant_id, "collection_id": collection.id, "depth": depth},
            )
            return await cursor.fetchall()


def _by_query(rows: Iterable[tuple[Any, ...]]) -> dict[str, dict[str, int]]:
    grades: dict[str, dict[str, int]] = {}
    for query, external_id, grade in rows:
        grades.setdefault(query, {})[external_id] = grade
    return grades


def _content(judgment: Judgment) -> tuple[str | int, ...]:
    return (
        judgment.query,
        judgment.external_id,
        str(judgment.chunk_id),
        judgment.grade,
        judgment.source,
        str(judgment.judged_by),
    )


def _columns(
    ids: Mapping[Judgment, UUID], judgments: Sequence[Judgment]
) -> dict[str, list[object]]:
    return {
        "ids": [ids[each] for each in judgments],
        "queries": [each.query for each in judgments],
        "query_hashes": [query_hash(each.query) for each in judgments],
        "external_ids": [each.external_id for each in judgments],
        "chunk_ids": [each.chunk_id for each in judgments],
        "grades": [each.grade for each in judgments],
        "sources": [each.source for each in judgments],
        "judges": [each.judged_by for each in judgments],
    }


def _scored_chunks(row: DictRow) -> list[ScoredChunk]:
    columns = zip(
        row["external_ids"],
        row["chunk_ids"],
        row["final_ranks"],
        score_columns.scores(row),
        strict=True,
    )
    return [
        ScoredChunk(
            query=row["query"], external_id=name, chunk_id=chunk, place=place, scores=scores
        )
        for name, chunk, place, scores in columns
    ]


def _stored(*, id: UUID, created_at: datetime, **columns: Any) -> StoredJudgment:  # noqa: A002 - a column
    return StoredJudgment(id=id, created_at=created_at, judgment=Judgment(**columns))


def _judged_passage(
    *, query: str, external_id: str, title: str, content: str, lowest: int, highest: int
) -> JudgedPassage:
    return JudgedPassage(
        query=query,
        external_id=external_id,
        passage=passage(title, content),
        lowest=lowest,
        highest=highest,
    )


def _seen_passage(
    *, query: str, external_id: str, title: str, content: str, place: int
) -> SeenPassage:
    return SeenPassage(
        query=query, external_id=external_id, passage=passage(title, content), rank=place
    )
