"""The port of the data of reports."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from pgrerank.domain.candidate import RerankStatus
from pgrerank.domain.ids import CollectionId, RankingId, TenantId


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """Searches of one or all collections, created at or after `since` and before `until`."""

    since: datetime
    until: datetime
    collection: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedSearch:
    """The data of a search in a report; the sequences have one entry per candidate."""

    created_at: datetime
    status: RerankStatus
    timings_ms: Mapping[str, float]
    #: name and fingerprint of the reranker; None: none ran
    reranker: str | None
    fingerprint: str | None
    fused_ranks: Sequence[int]
    final_ranks: Sequence[int]
    #: None: not scored
    rerank_scores: Sequence[float | None]

    @property
    def is_reranked(self) -> bool:
        """Whether the reranker scored all or some of the candidates down to the depth."""
        return self.status in (RerankStatus.FULL, RerankStatus.PARTIAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedDocument:
    """A judged document of a search, represented by its best-ranked chunk."""

    ranking_id: RankingId
    collection_id: CollectionId
    query: str
    external_id: str
    #: the best rank of any of its chunks in each order, from 1
    fused_rank: int
    final_rank: int
    #: of its chunk with the best final rank; None: not scored
    rerank_score: float | None
    #: of the same chunk: probability of relevance, 0..1; None: no calibration applied
    relevance: float | None
    #: fingerprint of the reranker; None: none ran
    fingerprint: str | None
    #: whether the search was fully or partly reranked
    is_reranked: bool
    #: 0-3, the best grade of the document and its chunks
    grade: int


class Reports(Protocol):
    """The data of reports. Of each interval, only the newest searches are read, up to a limit."""

    async def searches(self, tenant_id: TenantId, interval: Interval) -> Sequence[LoggedSearch]:
        """Searches, newest first."""
        ...

    async def judged_documents(
        self, tenant_id: TenantId, interval: Interval
    ) -> Sequence[JudgedDocument]:
        """Judged documents of the same searches, by search and final rank."""
        ...
