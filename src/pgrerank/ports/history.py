"""The port that asks what is stored today of what the log names."""

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
    """The candidates of a logged ranking as they are stored today."""

    #: in fused order, those that are stored
    candidates: tuple[Candidate, ...]
    #: the others, whose document was changed or deleted since
    gone: tuple[ChunkId, ...]


class History(Protocol):
    """What is stored today of what the log names."""

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
            tenant_id: Whose.
            collection: Where; its embedder is whose embeddings they bring.
            ranking_id: Of a ranking that is in the log.
            fusion: How to fuse the logged legs anew; None: in the order that was logged.
            token_model: Of what they bring their token vectors; None: of nothing.
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
        """Where each chunk of a document stands in the whole list of each leg, today.

        Args:
            tenant_id: Whose.
            collection: Where.
            request: The search; its candidates and thresholds restrict nothing.
            external_id: The document; none of its chunks if it is not stored.
            vector: Embedding of the query; None without a dense leg.
        """
        ...
