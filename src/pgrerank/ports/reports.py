"""The port that reports are made from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from pgrerank.domain.candidate import RerankStatus
from pgrerank.domain.ids import CollectionId, RankingId, TenantId


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """Which searches: of one collection or of all, made at or after `since` and before `until`."""

    since: datetime
    until: datetime
    collection: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedSearch:
    """What a report needs of a search; the sequences have an entry for each candidate."""

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
        """Whether the reranker gave a score, in full or in part of the depth."""
        return self.status in (RerankStatus.FULL, RerankStatus.PARTIAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedDocument:
    """A document of a search that somebody judged, by the chunk of it that stands highest."""

    ranking_id: RankingId
    collection_id: CollectionId
    query: str
    external_id: str
    #: the best place of any of its chunks in each order, from 1
    fused_rank: int
    final_rank: int
    #: of its chunk with the best final place, as the next; None: not scored
    rerank_score: float | None
    #: probability of relevance, 0..1; None: no calibration applied
    relevance: float | None
    #: fingerprint of the reranker; None: none ran
    fingerprint: str | None
    #: whether the search was reranked, in full or in part
    is_reranked: bool
    #: 0-3, the best of the document and its chunks
    grade: int


class Reports(Protocol):
    """What reports are made from. Of each interval the newest searches are read, up to a bound."""

    async def searches(self, tenant_id: TenantId, interval: Interval) -> Sequence[LoggedSearch]:
        """Searches, the newest first."""
        ...

    async def judged_documents(
        self, tenant_id: TenantId, interval: Interval
    ) -> Sequence[JudgedDocument]:
        """Judged documents of the same searches, by search and final rank."""
        ...
