"""The port that reports are made from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from pgrerank.domain.candidate import RerankStatus
from pgrerank.domain.ids import RankingId, TenantId


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


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedCandidate:
    """A candidate of a search that somebody judged."""

    ranking_id: RankingId
    external_id: str
    fused_rank: int
    final_rank: int
    rerank_score: float | None
    #: probability of relevance, 0..1; None: no calibration applied
    relevance: float | None
    #: 0-3
    grade: int


class Reports(Protocol):
    """What reports are made from. Of each interval the newest searches are read, up to a bound."""

    async def searches(self, tenant_id: TenantId, interval: Interval) -> Sequence[LoggedSearch]:
        """Searches, the newest first."""
        ...

    async def judged(self, tenant_id: TenantId, interval: Interval) -> Sequence[JudgedCandidate]:
        """Judged candidates of the same searches, by search and final rank."""
        ...
