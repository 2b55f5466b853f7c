"""First-stage retrieval in PostgreSQL."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
from psycopg.rows import dict_row

from pgrerank.domain import filter as metadata_filter
from pgrerank.domain.candidate import TEXTS_ONLY, Candidate, CandidateNeeds, LegReport, Retrieved
from pgrerank.domain.collection import Collection
from pgrerank.domain.errors import NotFoundError
from pgrerank.domain.ids import ChunkId, TenantId, model_id
from pgrerank.domain.request import SearchRequest, Strategy
from pgrerank.domain.vector import Vector
from pgrerank.storage import queries, tenancy
from pgrerank.storage.pool import Pool

#: columns of a row that describe the legs, not the candidate
_REPORTS = (
    "requested",
    "dense_returned",
    "dense_scan",
    "below_similarity",
    "keyword_returned",
    "keyword_scan",
    "sparse_returned",
    "sparse_scan",
)


class PostgresCandidates:
    """The port Candidates, using the service's pool."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._statements = queries.load("candidates")

    async def retrieve(
        self,
        tenant_id: TenantId,
        collection: Collection,
        request: SearchRequest,
        vector: Vector | None,
        needs: CandidateNeeds = TEXTS_ONLY,
    ) -> Retrieved:
        """Run all legs and fuse them in one round trip; `vector` is None without a dense leg.

        Raises:
            NotFoundError: The collection was deleted meanwhile.
            ConflictError: The vector's dimensions differ from the collection's.
        """
        if vector is not None:
            collection.require_dimensions(len(vector))
        parameters = {
            **_parameters(tenant_id, collection, request, vector),
            "tokens": 0 if needs.token_model is None else request.effective_depth,
            "token_model_id": needs.token_model and needs.token_model.id,
            "embeddings": request.effective_depth if needs.embeddings else 0,
        }
        async with tenancy.tenant(self._pool, tenant_id) as connection:
            cursor = connection.cursor(row_factory=dict_row, binary=True)
            await cursor.execute(self._statements["hybrid_candidates"], parameters)
            rows = await cursor.fetchall()
        if not rows:
            raise NotFoundError("collection", collection.name)
        return _retrieval_of_rows(rows, request.candidates)

    async def neighbours(
        self, tenant_id: TenantId, chunk_ids: Sequence[ChunkId], count: int
    ) -> Mapping[ChunkId, Sequence[str]]:
        """Contents of each chunk and of those around it. See ports.candidates.Candidates."""
        parameters = {"tenant_id": tenant_id, "chunk_ids": list(chunk_ids), "neighbours": count}
        async with tenancy.tenant(self._pool, tenant_id) as connection:
            cursor = await connection.execute(self._statements["neighbours"], parameters)
            return {ChunkId(chunk_id): contents for chunk_id, contents in await cursor.fetchall()}


def _parameters(
    tenant_id: TenantId, collection: Collection, request: SearchRequest, vector: Vector | None
) -> dict[str, object]:
    return {
        "tenant_id": tenant_id,
        "collection_id": collection.id,
        "embedder_id": model_id(collection.embedder),
        "embedding": vector,
        "query": None if request.strategy is Strategy.DENSE else request.query,
        "candidates": request.candidates,
        "chunk_count": collection.chunk_count,
        "texts": request.texts,
        "filter": None if request.filter is None else metadata_filter.jsonpath(request.filter),
        "min_similarity": request.min_similarity,
        "is_tiered": request.strategy is Strategy.TIERED,
        "sparse_tokens": None if request.sparse is None else list(request.sparse),
        "sparse_weights": None if request.sparse is None else list(request.sparse.values()),
        **asdict(collection.retrieval),
    }


def _retrieval_of_rows(rows: Sequence[dict[str, Any]], requested: int) -> Retrieved:
    """Every row has the legs' reports; without candidates there is one row with only these."""
    reports = dict(rows[0])
    return Retrieved(
        candidates=tuple(candidate(row) for row in rows if row["chunk_id"] is not None),
        dense=_leg(reports, "dense", reports["requested"]),
        keyword=_leg(reports, "keyword", reports["requested"]),
        sparse=_leg(reports, "sparse", requested),
        below_similarity=reports["below_similarity"] or 0,
    )


def candidate(row: dict[str, Any]) -> Candidate:
    """The candidate of a row. The columns about the legs are removed from the row."""
    for name in _REPORTS:
        row.pop(name, None)
    if row["embedding"] is not None:
        row["embedding"] = np.asarray(row["embedding"].to_numpy(), dtype=np.float32)
    return Candidate(**row)


def _leg(reports: Mapping[str, Any], name: str, requested: int) -> LegReport | None:
    scan = reports[f"{name}_scan"]
    if scan is None:
        return None
    return LegReport(requested=requested, returned=reports[f"{name}_returned"], scan=scan)
