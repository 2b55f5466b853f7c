"""An in-memory implementation of the port History; see fakes.py."""

from dataclasses import dataclass, field
from typing import Any

from pgrerank.domain.candidate import Candidate
from pgrerank.domain.collection import Collection
from pgrerank.domain.explanation import LegPosition
from pgrerank.domain.ids import ChunkId, RankingId, TenantId
from pgrerank.domain.model import ModelCard
from pgrerank.domain.request import SearchRequest
from pgrerank.domain.retrieval import Retrieval
from pgrerank.ports.history import Recalled


@dataclass
class FakeHistory:
    """Returns what it was constructed with."""

    stored: dict[RankingId, tuple[Candidate, ...]] = field(default_factory=dict)
    gone: tuple[ChunkId, ...] = ()
    positions: dict[str, tuple[LegPosition, ...]] = field(default_factory=dict)

    async def candidates(
        self,
        tenant_id: TenantId,
        collection: Collection,
        ranking_id: RankingId,
        *,
        fusion: Retrieval | None = None,
        token_model: ModelCard | None = None,
    ) -> Recalled:
        return Recalled(candidates=self.stored.get(ranking_id, ()), gone=self.gone)

    async def leg_positions(
        self,
        tenant_id: TenantId,
        collection: Collection,
        request: SearchRequest,
        external_id: str,
        vector: Any | None,
    ) -> tuple[LegPosition, ...]:
        return self.positions.get(external_id, ())
