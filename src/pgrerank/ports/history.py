"""The port that looks up the current data of logged rankings."""

from dataclasses import dataclass
from typing import Any, Protocol

from pgrerank.domain.candidate import Candidate
from pgrerank.domain.collection import Collection
from pgrerank.domain.explanation import LegPosition
from pgrerank.domain.ids import ChunkId, RankingId, TenantId
from pgrerank.domain.model import ModelCard
from pgrerank.domain.request import SearchRequest
from pgrerank.domain.retrieval import Retrieval


@dataclass(frozen=True, slots=True, kw_only=True)
class Recalled:
    """The candidates of a logged ranking, as they are stored today."""

    #: those that are still stored, in fused order
    candidates: tuple[Candidate, ...]
    #: those whose document was changed or deleted since
    gone: tuple[ChunkId, ...]


class History(Protocol):
    """The current data of logged rankings."""

    async def candidates(
        self,
        tenant_id: TenantId,
        collection: Collection,
        ranking_id: RankingId,
        *,
        fusion: Retrieval | None = None,
        token_model: ModelCard | None = None,
    ) -> Recalled:
        """The candidates of a ranking, with their texts and embeddings.

        Args:
            tenant_id: The tenant.
            collection: The collection; the embeddings are those of its embedder.
            ranking_id: Id of a logged ranking.
            fusion: Settings for fusing the logged legs again; None: keep the logged order.
            token_model: The model whose token vectors are returned too; None: none.
        """
        ...

    async def leg_positions(
        self,
        tenant_id: TenantId,
        collection: Collection,
        request: SearchRequest,
        external_id: str,
        vector: Any | None,
    ) -> tuple[LegPosition, ...]:
        """Current rank of each chunk of a document in the full list of each leg.

        Args:
            tenant_id: The tenant.
            collection: The collection.
            request: The search; its number of candidates and its thresholds are ignored.
            external_id: The document. If it is not stored, the result is empty.
            vector: Embedding of the query; None without a dense leg.
        """
        ...
