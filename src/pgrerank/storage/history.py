"""The stored state of logged candidates and documents, in PostgreSQL."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from psycopg.rows import class_row, dict_row

from pgrerank.domain import filter as metadata_filter
from pgrerank.domain import ids
from pgrerank.domain.collection import Collection
from pgrerank.domain.explanation import LegPosition
from pgrerank.domain.ids import RankingId, TenantId
from pgrerank.domain.model import ModelCard
from pgrerank.domain.request import SearchRequest, Strategy
from pgrerank.domain.retrieval import Retrieval
from pgrerank.ports.history import Recalled
from pgrerank.storage import queries, tenancy
from pgrerank.storage.candidates import candidate
from pgrerank.storage.pool import Pool

_ALL = 2**31 - 1
_AS_LOGGED = {
    "fusion": None,
    "rrf_k": None,
    "dense_weight": None,
    "keyword_weight": None,
    "sparse_weight": None,
}


class PostgresHistory:
    """The port History, using the service's pool."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._statements = queries.load("history")

    async def candidates(
        self,
        tenant_id: TenantId,
        collection: Collection,
        ranking_id: RankingId,
        *,
        fusion: Retrieval | None = None,
        token_model: ModelCard | None = None,
    ) -> Recalled:
        """The candidates of a logged ranking as they are stored now. See ports.history.History."""
        parameters = {
            "tenant_id": tenant_id,
            "created_at": ids.created_at(ranking_id),
            "id": ranking_id,
            "embedder_id": ids.model_id(collection.embedder),
            "embeddings": _ALL,
            "tokens": 0 if token_model is None else _ALL,
            "token_model_id": token_model and token_model.id,
            **(_AS_LOGGED if fusion is None else asdict(fusion)),
        }
        async with tenancy.tenant(self._pool, tenant_id) as connection:
            cursor = connection.cursor(row_factory=dict_row, binary=True)
            await cursor.execute(self._statements["candidates"], parameters)
            return _recall_of_rows(await cursor.fetchall())

    async def leg_positions(
        self,
        tenant_id: TenantId,
        collection: Collection,
        request: SearchRequest,
        external_id: str,
        vector: Any | None,
    ) -> tuple[LegPosition, ...]:
        """Current rank of each chunk of a document in each leg. See ports.history.History."""
        parameters = {
            "tenant_id": tenant_id,
            "collection_id": collection.id,
            "external_id": external_id,
            "embedder_id": ids.model_id(collection.embedder),
            "embedding": vector,
            "query": None if request.strategy is Strategy.DENSE else request.query,
            "filter": None if request.filter is None else metadata_filter.jsonpath(request.filter),
            "sparse_tokens": None if request.sparse is None else list(request.sparse),
            "sparse_weights": None if request.sparse is None else list(request.sparse.values()),
            **asdict(collection.retrieval),
        }
        async with tenancy.tenant(self._pool, tenant_id) as connection:
            cursor = connection.cursor(row_factory=class_row(LegPosition), binary=True)
            await cursor.execute(self._statements["leg_positions"], parameters)
            return tuple(await cursor.fetchall())


def _recall_of_rows(rows: Sequence[dict[str, Any]]) -> Recalled:
    return Recalled(
        candidates=tuple(candidate(row) for row in rows if row["document_id"] is not None),
        gone=tuple(row["chunk_id"] for row in rows if row["document_id"] is None),
    )
