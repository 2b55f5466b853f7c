"""A chunk on its way through a search: found by legs, fused, reranked."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from pgrerank.domain.calibration import NOT_CALIBRATED, Answerability, Applied
from pgrerank.domain.hit_scores import NO_SCORES, HitScores
from pgrerank.domain.ids import ChunkId, DocumentId, RankingId
from pgrerank.domain.json import JsonObject
from pgrerank.domain.model import ModelCard

#: the ranked lists that are fused. A candidate has `<leg>_rank` and `<leg>_score` of each, and an
#: outcome its LegReport
LEGS = ("dense", "keyword", "sparse")


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A chunk that a leg found. Ranks count from 1; None: this leg did not return it."""

    chunk_id: ChunkId
    document_id: DocumentId
    external_id: str
    title: str
    uri: str | None
    metadata: JsonObject
    ordinal: int
    #: None below the depth that was asked for, where no text is needed
    content: str | None
    content_hash: bytes
    dense_rank: int | None
    #: cosine similarity, -1..1
    dense_score: float | None
    keyword_rank: int | None
    #: BM25, at least 0
    keyword_score: float | None
    fused_rank: int
    #: sum of weighted reciprocal ranks, or of weighted scaled scores, see domain/retrieval.py
    fused_score: float
    sparse_rank: int | None = None
    #: inner product of learned sparse weights, above 0
    sparse_score: float | None = None
    #: stored token vectors, where they were asked for and the chunk has some
    tokens: bytes | None = None
    #: its embedding, unit float32 of shape (dimensions,), where it was asked for
    embedding: Any | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateNeeds:
    """What candidates down to the depth are retrieved with, beside their texts."""

    #: the model whose stored token vectors they bring; None: they bring none
    token_model: ModelCard | None = None
    #: whether they bring their embeddings
    embeddings: bool = False


#: the texts alone
TEXTS_ONLY = CandidateNeeds()


@dataclass(frozen=True, slots=True, kw_only=True)
class LegReport:
    """What a leg was asked for and gave."""

    requested: int
    returned: int
    #: how it looked: `exact` or `hnsw` for the dense leg; `gin`, `gin, phrases relaxed` or
    #: `no terms` for keywords; `exact` or `no weights` for sparse weights
    scan: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Retrieved:
    """The fused list of a search, best first, and how each leg did. None: the leg was off."""

    candidates: tuple[Candidate, ...]
    dense: LegReport | None
    keyword: LegReport | None
    #: chunks the dense leg dropped for `min_similarity`
    below_similarity: int = 0
    sparse: LegReport | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A text to score, with the hash its scores are cached under."""

    text: str
    content_hash: bytes
    #: its stored token vectors, for a reranker that reads those
    tokens: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PairScore:
    """What the reranker said of one passage. `value` is None where it was not or badly scored."""

    value: float | None
    #: part of the query or of the passage was not read
    truncated: bool = False
    #: tokens that were read of the pair; 0: the reranker does not tell
    tokens: int = field(default=0, compare=False)
    #: what that cost, in the currency of the operator's prices; 0: nothing, or nobody said
    cost: float = field(default=0.0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A candidate in its final place."""

    candidate: Candidate
    #: from 1
    rank: int
    scores: HitScores = NO_SCORES


class RerankStatus(StrEnum):
    """How far reranking came."""

    FULL = "full"
    PARTIAL = "partial"
    SKIPPED = "skipped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class CascadeReport:
    """What the first step of a cascade did: it chose what the reranker reads."""

    #: pairs that it scored
    scored: int
    #: name of its reranker
    model: str
    #: its fingerprint, which the log stores
    fingerprint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RerankReport:
    """What became of the rerank stage."""

    status: RerankStatus
    #: why it is not `full`
    reason: str | None
    #: pairs that were scored
    depth: int
    #: name of the reranker; None: none ran
    model: str | None
    #: its fingerprint, which the log stores
    fingerprint: str | None = None
    #: None: the reranker read all candidates down to the depth
    cascade: CascadeReport | None = None
    #: seconds after which the same search may be reranked; None: not a matter of time
    retry_after_s: int | None = None
    #: tokens that were read, and what they cost: see PairScore
    tokens: int = 0
    cost: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CutCounts:
    """How many results each threshold removed."""

    min_similarity: int = 0
    min_score: int = 0
    min_relevance: int = 0
    #: the named one
    threshold: int = 0

    @property
    def of_hits(self) -> int:
        """How many of the fused list, which what is below `min_similarity` never entered."""
        return self.min_score + self.min_relevance + self.threshold


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchOutcome:
    """The outcome of a search: every candidate in its final order, and what was done."""

    id: RankingId
    created_at: datetime
    #: all candidates, best first; a caller gets those up to `limit` that no threshold cut
    hits: tuple[Hit, ...]
    #: the results of the answer
    results: tuple[Hit, ...]
    cut: CutCounts
    dense: LegReport | None
    keyword: LegReport | None
    rerank: RerankReport
    #: milliseconds by stage: embed, retrieve, rerank, total
    timings_ms: dict[str, float]
    sparse: LegReport | None = None
    #: by what scores became probabilities, or why they did not
    calibration: Applied = NOT_CALIBRATED
    #: None: there is no telling
    answerable: Answerability | None = None
    #: what to know before trusting the order, see domain/unknown_query.py
    warnings: tuple[str, ...] = ()

    @property
    def kept(self) -> int:
        """How many of the hits no threshold cut."""
        return len(self.hits) - self.cut.of_hits
