"""The rerank log in Postgres."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import errors
from psycopg.rows import kwargs_row
from psycopg.types.json import Jsonb

from pgrerank.domain import ids
from pgrerank.domain.calibration import Applied
from pgrerank.domain.candidate import Hit, LegReport, Ranking, RerankReport, RerankStatus
from pgrerank.domain.collection import Collection
from pgrerank.domain.errors import NotFoundError, UnavailableError
from pgrerank.domain.ids import RankingId, TenantId
from pgrerank.domain.log import (
    LoggedCandidate,
    LoggedDocument,
    LoggedRanking,
    RankingFilter,
    Source,
)
from pgrerank.domain.model import ModelCard
from pgrerank.domain.page import Page
from pgrerank.domain.rank import Ranked, RankRequest
from pgrerank.domain.request import SearchRequest
from pgrerank.storage import brought, models, queries, tenancy
from pgrerank.storage import cursor as cursors
from pgrerank.storage.pool import Pool

#: arrays of a row that documents of the caller's have as well
_OF_DOCUMENTS = (
    "boosts",
    "fused_ranks",
    "rerank_scores",
    "relevances",
    "truncated",
    "final_ranks",
)
_ARRAYS = (
    *_OF_DOCUMENTS,
    "chunk_ids",
    "dense_ranks",
    "dense_scores",
    "keyword_ranks",
    "keyword_scores",
    "fused_scores",
    "cascade_scores",
    "evidence",
    "sparse_ranks",
    "sparse_scores",
)
_ID_VERSION = 7  # the UUIDs whose first bits are an instant


class PostgresRankings:
    """The port Rankings, over the service's pool.

    Args:
        pool: Connections of the service.
        rerankers: The models whose scores are recorded; not needed to read.
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
        ranking: Ranking,
    ) -> RankingId:
        """Write a ranking and commit it. See ports.Rankings."""
        await self._register(tenant_id)
        return await self._written(
            tenant_id, "record", _row(tenant_id, collection, request, ranking)
        )

    async def record_brought(
        self,
        tenant_id: TenantId,
        collection: Collection | None,
        request: RankRequest,
        ranked: Ranked,
    ) -> RankingId:
        """Write a ranking of documents that the caller brought. See ports.Rankings."""
        await self._register(tenant_id)
        keep_texts = await self._keeps_texts(tenant_id)
        row = brought.row(tenant_id, collection, request, ranked, keep_texts=keep_texts)
        return await self._written(tenant_id, "record_brought", row)

    async def get(self, tenant_id: TenantId, ranking_id: RankingId) -> LoggedRanking:
        """Read one back, with its candidates. Raises NotFoundError."""
        wanted = {
            "tenant_id": tenant_id,
            "created_at": _instant(ranking_id),
            "id": ranking_id,
        }
        async with tenancy.tenant(self._pool, tenant_id) as connection:
            cursor = connection.cursor(row_factory=kwargs_row(_whole))
            await cursor.execute(self._statements["get"], wanted)
            found = await cursor.fetchone()
        if found is None:
            raise NotFoundError("ranking", ranking_id)
        return found

    async def page(
        self, tenant_id: TenantId, wanted: RankingFilter, *, limit: int, cursor: str | None
    ) -> Page[LoggedRanking]:
        """The newest first, without candidates.

        Raises:
            InvalidRequestError: The cursor is not one this listing gave.
        """
        parameters = {
            "tenant_id": tenant_id,
            **asdict(wanted),
            **_position(cursor),
            "row_count": limit + 1,
        }
        async with tenancy.tenant(self._pool, tenant_id) as connection:
            rows = connection.cursor(row_factory=kwargs_row(_logged))
            await rows.execute(self._statements["page"], parameters)
            found = await rows.fetchall()
        return cursors.page(found, limit, lambda ranking: str(ranking.id))

    async def _register(self, tenant_id: TenantId) -> None:
        if self._unregistered:
            async with tenancy.tenant(self._pool, tenant_id) as connection:
                for card in self._unregistered:
                    await models.identifier(connection, card)
            self._unregistered = ()

    async def _keeps_texts(self, tenant_id: TenantId) -> bool:
        async with tenancy.tenant(self._pool, tenant_id) as connection:
            cursor = await connection.execute(
                self._statements["keeps_texts"], {"tenant_id": tenant_id}
            )
            found = await cursor.fetchone()
        return found is not None and bool(found[0])

    async def _written(self, tenant_id: TenantId, how: str, row: Mapping[str, object]) -> RankingId:
        if await self._insert(tenant_id, how, row):
            return RankingId(UUID(str(row["id"])))
        instant = await self._make_partitions(tenant_id)
        if await self._insert(tenant_id, how, row):
            return RankingId(UUID(str(row["id"])))
        # Not of a month about now: the clock of this process is wrong, and that of Postgres decides.
        moved = ids.ranking_at(RankingId(UUID(str(row["id"]))), instant)
        placed = {**row, "id": moved, "created_at": ids.created_at(moved)}
        if not await self._insert(tenant_id, how, placed):
            raise UnavailableError("Postgres")
        return moved

    async def _insert(self, tenant_id: TenantId, how: str, row: Mapping[str, object]) -> bool:
        """Whether there is a partition for it."""
        try:
            async with tenancy.tenant(self._pool, tenant_id) as connection:
                await connection.execute(self._statements[how], row)
        except errors.CheckViolation as error:
            # A row of a month without a partition breaks a check that has no name.
            if error.diag.constraint_name is not None:
                raise
            return False
        return True

    async def _make_partitions(self, tenant_id: TenantId) -> datetime:
        """The instant by the clock of Postgres."""
        async with tenancy.tenant(self._pool, tenant_id) as connection:
            cursor = await connection.execute(self._statements["make_partitions"])
            [(instant,)] = await cursor.fetchall()
        return instant


def _row(
    tenant_id: TenantId, collection: Collection, request: SearchRequest, ranking: Ranking
) -> dict[str, object]:
    report = ranking.rerank
    return {
        "tenant_id": tenant_id,
        "created_at": ids.created_at(ranking.id),
        "id": ranking.id,
        "collection_id": collection.id,
        "collection_name": collection.name,
        "query": request.query,
        "strategy": request.strategy,
        "profile": request.profile,
        "knobs": Jsonb(_knobs(request) | _bounds(ranking.calibration) | _spent(report)),
        "status": report.status,
        "reason": report.reason,
        "depth": report.depth,
        "limit_": request.limit,
        "returned": len(ranking.results),
        "embedder": None if ranking.dense is None else collection.embedder,
        "reranker": report.fingerprint,
        "cascade": report.cascade and report.cascade.fingerprint,
        "cascade_scores": report.cascade and [hit.cascade_score for hit in ranking.hits],
        "evidence": _evidence(ranking.hits),
        "boosts": _boosts(ranking.hits),
        **_leg_columns("dense", ranking.dense),
        **_leg_columns("keyword", ranking.keyword),
        **_leg_columns("sparse", ranking.sparse),
        **_sparse_arrays(ranking),
        "timings_ms": Jsonb(ranking.timings_ms),
        "cut": Jsonb(asdict(ranking.cut)),
        "calibration_id": ranking.calibration.id,
        "answerable": ranking.answerable and ranking.answerable.probability,
        **_arrays(ranking.hits),
    }


def _evidence(hits: Sequence[Hit]) -> list[float | None] | None:
    evidence = [hit.evidence for hit in hits]
    return None if evidence.count(None) == len(evidence) else evidence


def _boosts(hits: Sequence[Hit]) -> list[float] | None:
    """Null where no term raised anything: most collections have none."""
    boosts = [hit.boost for hit in hits]
    return boosts if any(boosts) else None


def _sparse_arrays(ranking: Ranking) -> dict[str, object]:
    """Null where there was no sparse leg: most searches have none."""
    candidates = [hit.candidate for hit in ranking.hits]
    return {
        "sparse_ranks": ranking.sparse and [each.sparse_rank for each in candidates],
        "sparse_scores": ranking.sparse and [each.sparse_score for each in candidates],
    }


def _knobs(request: SearchRequest) -> dict[str, object]:
    return {
        "candidates": request.candidates,
        "depth": request.effective_depth,
        "limit": request.limit,
        "rerank": request.rerank,
        "budget_ms": request.budget_ms,
        "min_similarity": request.min_similarity,
        "min_score": request.min_score,
        "min_relevance": request.min_relevance,
        "threshold": request.threshold,
        "filter": request.filter,
        "explain": request.explain,
        "cascade": request.cascade,
        "sparse": None if request.sparse is None else dict(request.sparse),
    }


def _leg_columns(name: str, leg: LegReport | None) -> dict[str, object]:
    return {
        f"{name}_requested": leg and leg.requested,
        f"{name}_returned": leg and leg.returned,
        f"{name}_scan": leg and leg.scan,
    }


def _bounds(applied: Applied) -> dict[str, object]:
    """What the named threshold stood for: it may be set anew at any time."""
    return {
        "threshold_score": applied.threshold_score,
        "threshold_relevance": applied.threshold_relevance,
    }


def _spent(report: RerankReport) -> dict[str, object]:
    """What a reranker that counts tokens read, and what that cost; most do not say."""
    return {"tokens": report.tokens, "cost": report.cost} if report.tokens else {}


def _arrays(hits: Sequence[Hit]) -> dict[str, object]:
    candidates = [hit.candidate for hit in hits]
    return {
        "chunk_ids": [each.chunk_id for each in candidates],
        "dense_ranks": [each.dense_rank for each in candidates],
        "dense_scores": [each.dense_score for each in candidates],
        "keyword_ranks": [each.keyword_rank for each in candidates],
        "keyword_scores": [each.keyword_score for each in candidates],
        "fused_ranks": [each.fused_rank for each in candidates],
        "fused_scores": [each.fused_score for each in candidates],
        "rerank_scores": [hit.rerank_score for hit in hits],
        "relevances": [hit.relevance for hit in hits],
        "truncated": [hit.truncated for hit in hits],
        "final_ranks": [hit.rank for hit in hits],
    }


def _instant(ranking_id: RankingId) -> datetime:
    """When a ranking was made, by its id; no ranking has an id of another kind."""
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


def _whole(
    *,
    document_hashes: Sequence[bytes] | None,
    document_texts: Sequence[str] | None,
    **columns: Any,
) -> LoggedRanking:
    """A row with its documents, where the caller brought them, or its candidates."""
    if document_hashes is None:
        return _with_candidates(**columns)
    arrays = {name: columns.pop(name) for name in _ARRAYS}
    documents = brought.documents(
        document_hashes=document_hashes,
        document_texts=document_texts,
        **{name: arrays[name] for name in _OF_DOCUMENTS},
    )
    return _logged(documents=documents, **columns)


def _with_candidates(
    *,
    chunk_ids: Sequence[UUID],
    dense_ranks: Sequence[int | None],
    dense_scores: Sequence[float | None],
    keyword_ranks: Sequence[int | None],
    keyword_scores: Sequence[float | None],
    fused_ranks: Sequence[int],
    fused_scores: Sequence[float],
    rerank_scores: Sequence[float | None],
    relevances: Sequence[float | None],
    truncated: Sequence[bool],
    final_ranks: Sequence[int],
    cascade_scores: Sequence[float | None] | None,
    evidence: Sequence[float | None] | None,
    sparse_ranks: Sequence[int | None] | None,
    sparse_scores: Sequence[float | None] | None,
    boosts: Sequence[float] | None,
    **columns: Any,
) -> LoggedRanking:
    arrays = {
        "chunk_id": chunk_ids,
        "dense_rank": dense_ranks,
        "dense_score": dense_scores,
        "keyword_rank": keyword_ranks,
        "keyword_score": keyword_scores,
        "fused_rank": fused_ranks,
        "fused_score": fused_scores,
        "rerank_score": rerank_scores,
        "relevance": relevances,
        "truncated": truncated,
        "final_rank": final_ranks,
        "cascade_score": cascade_scores or [None] * len(chunk_ids),
        "evidence": evidence or [None] * len(chunk_ids),
        "sparse_rank": sparse_ranks or [None] * len(chunk_ids),
        "sparse_score": sparse_scores or [None] * len(chunk_ids),
        "boost": boosts or [0.0] * len(chunk_ids),
    }
    rows = zip(*arrays.values(), strict=True)
    candidates = tuple(LoggedCandidate(**dict(zip(arrays, row, strict=True))) for row in rows)
    return _logged(candidates=candidates, **columns)


def _logged(
    *,
    id: UUID,  # noqa: A002 - the column's name
    collection_name: str | None,
    source: str,
    status: str,
    dense_requested: int | None,
    dense_returned: int | None,
    dense_scan: str | None,
    keyword_requested: int | None,
    keyword_returned: int | None,
    keyword_scan: str | None,
    sparse_requested: int | None,
    sparse_returned: int | None,
    sparse_scan: str | None,
    candidates: tuple[LoggedCandidate, ...] = (),
    documents: tuple[LoggedDocument, ...] = (),
    **columns: Any,
) -> LoggedRanking:
    return LoggedRanking(
        id=RankingId(id),
        collection=collection_name,
        source=Source(source),
        status=RerankStatus(status),
        dense=_leg(dense_requested, dense_returned, dense_scan),
        keyword=_leg(keyword_requested, keyword_returned, keyword_scan),
        sparse=_leg(sparse_requested, sparse_returned, sparse_scan),
        candidates=candidates,
        documents=documents,
        **columns,
    )


def _leg(requested: int | None, returned: int | None, scan: str | None) -> LegReport | None:
    if requested is None or returned is None or scan is None:
        return None
    return LegReport(requested=requested, returned=returned, scan=scan)
