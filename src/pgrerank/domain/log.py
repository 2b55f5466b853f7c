"""Rankings as the log gives them back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pgrerank.domain.bounds import instant
from pgrerank.domain.candidate import LegReport, RerankStatus
from pgrerank.domain.errors import InvalidRequestError
from pgrerank.domain.hit_scores import NO_SCORES, HitScores
from pgrerank.domain.ids import ChunkId, KeyId, RankingId
from pgrerank.domain.json import JsonObject
from pgrerank.domain.name import check_optional_name


class RankingSource(StrEnum):
    """Where the candidates of a ranking came from."""

    SEARCH = "search"  # legs found them
    API = "api"  # the caller brought them


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
    """One document of a logged ranking of those that the caller brought."""

    #: where the caller had it, from 0
    index: int
    #: SHA-256 of its text
    content_hash: bytes
    #: None: the tenant keeps no texts
    text: str | None
    final_rank: int
    scores: HitScores = NO_SCORES


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedRanking:
    """A row of the rerank log."""

    id: RankingId
    created_at: datetime
    #: None: the caller brought the documents and named no collection
    collection: str | None
    query: str
    strategy: str
    profile: str
    #: every knob as it was applied: candidates, depth, limit, thresholds, filter
    knobs: JsonObject
    status: RerankStatus
    reason: str | None
    depth: int
    embedder: str | None
    reranker: str | None
    #: fingerprint of the reranker
    reranker_fingerprint: str | None
    dense: LegReport | None
    keyword: LegReport | None
    timings_ms: Mapping[str, float]
    #: name of the reranker of the cascade's first step; None: there was no cascade
    cascade_model: str | None
    #: how many pairs that one scored
    cascade_scored: int | None
    #: how many results the answer held
    returned: int
    #: the API key that asked; None: the command line did
    key_id: KeyId | None = None
    #: the caller's own user, as the caller names them; None: not given
    end_user_id: str | None = None
    sparse: LegReport | None = None
    #: what its scores became probabilities by; None: nothing
    calibration_id: UUID | None = None
    #: probability that anything it found is relevant
    answerable: float | None = None
    #: of a search; in final order, as the next
    candidates: tuple[LoggedCandidate, ...] = ()
    #: of a ranking of documents that the caller brought
    documents: tuple[LoggedDocument, ...] = ()
    source: RankingSource = RankingSource.SEARCH
    #: how the request came, where the caller brought the documents
    dialect: str | None = None

    @property
    def searched(self) -> str:
        """Name of the collection that was searched.

        Raises:
            InvalidRequestError: None was: the caller brought the documents.
        """
        if self.source is not RankingSource.SEARCH or self.collection is None:
            raise InvalidRequestError(
                "id", "is that of a ranking of documents that the caller brought, not of a search"
            )
        return self.collection


@dataclass(frozen=True, slots=True, kw_only=True)
class RankingFilter:
    """Which rankings a listing shows; None does not restrict."""

    collection: str | None = None
    source: RankingSource | None = None
    status: RerankStatus | None = None
    #: created at or after
    since: datetime | None = None
    #: created before
    until: datetime | None = None

    def __post_init__(self) -> None:
        """Refuse what no ranking can have.

        Raises:
            InvalidRequestError: An instant is not bounded as `bounds.instant` says, or it is no
                name of a collection.
        """
        instant("since", self.since)
        instant("until", self.until)
        check_optional_name(self.collection, "collection")
