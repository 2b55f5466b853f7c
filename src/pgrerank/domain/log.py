"""Rankings as read from the log."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pgrerank.domain.bounds import instant
from pgrerank.domain.calibration import Answerability
from pgrerank.domain.candidate import NOTHING_CUT, CutCounts, LegReport, RerankStatus
from pgrerank.domain.errors import InvalidRequestError
from pgrerank.domain.hit_scores import NO_SCORES, HitScores
from pgrerank.domain.ids import ChunkId, KeyId, RankingId
from pgrerank.domain.json import JsonObject
from pgrerank.domain.name import check_optional_name


class RankingSource(StrEnum):
    """Where the candidates of a ranking came from."""

    SEARCH = "search"  # legs retrieved them
    API = "api"  # the caller supplied them


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedCandidate:
    """One candidate of a logged ranking. None: that stage did not score it."""

    chunk_id: ChunkId
    dense_rank: int | None
    dense_score: float | None
    keyword_rank: int | None
    keyword_score: float | None
    fused_rank: int
    fused_score: float
    final_rank: int
    sparse_rank: int | None = None
    sparse_score: float | None = None
    scores: HitScores = NO_SCORES


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedDocument:
    """One document of a logged ranking of supplied documents."""

    #: its index in the request, from 0
    index: int
    #: SHA-256 of its text
    content_hash: bytes
    #: None: the tenant does not keep texts
    text: str | None
    final_rank: int
    scores: HitScores = NO_SCORES


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedRanking:
    """A row of the rerank log."""

    id: RankingId
    created_at: datetime
    #: None: the documents were supplied, and no collection was named
    collection: str | None
    query: str
    strategy: str
    profile: str
    #: every knob as it was applied: candidates, depth, limit, thresholds, filter
    knobs: JsonObject
    status: RerankStatus
    reason: str | None
    scored: int
    embedder: str | None
    reranker: str | None
    #: fingerprint of the reranker
    reranker_fingerprint: str | None
    dense: LegReport | None
    keyword: LegReport | None
    timings_ms: Mapping[str, float]
    #: name of the reranker of the cascade's first step; None: there was no cascade
    cascade_model: str | None
    #: number of pairs scored in that step
    cascade_scored: int | None
    #: number of results in the answer
    returned: int
    #: the API key of the request; None: it came from the command line
    key_id: KeyId | None = None
    #: reasons to distrust the order, see domain/unknown_query.py
    warnings: tuple[str, ...] = ()
    #: the caller's end user, as given by the caller; None: not given
    end_user_id: str | None = None
    sparse: LegReport | None = None
    #: the calibration that was applied; None: none
    calibration_id: UUID | None = None
    #: whether any result is relevant; None: unknown
    answerable: Answerability | None = None
    cut: CutCounts = NOTHING_CUT
    #: final ranks of the candidates that `per_document` removed; empty in listings
    crowded_ranks: frozenset[int] = frozenset()
    #: candidates of a search, in final order
    candidates: tuple[LoggedCandidate, ...] = ()
    #: supplied documents, in final order
    documents: tuple[LoggedDocument, ...] = ()
    source: RankingSource = RankingSource.SEARCH
    #: API dialect of a request with supplied documents
    dialect: str | None = None

    @property
    def searched(self) -> str:
        """Name of the collection that was searched.

        Raises:
            InvalidRequestError: No collection was searched: the documents were supplied.
        """
        if self.source is not RankingSource.SEARCH or self.collection is None:
            raise InvalidRequestError(
                "id", "is the id of a ranking of supplied documents, not of a search"
            )
        return self.collection


@dataclass(frozen=True, slots=True, kw_only=True)
class RankingFilter:
    """Filter of a listing of rankings; None: no restriction."""

    collection: str | None = None
    source: RankingSource | None = None
    status: RerankStatus | None = None
    #: created at or after
    since: datetime | None = None
    #: created before
    until: datetime | None = None

    def __post_init__(self) -> None:
        """Refuse values that no ranking can have.

        Raises:
            InvalidRequestError: `since` or `until` is refused by `bounds.instant`, or `collection`
                is not a valid name.
        """
        instant("since", self.since)
        instant("until", self.until)
        check_optional_name(self.collection, "collection")
