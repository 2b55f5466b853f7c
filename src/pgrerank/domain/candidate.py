"""Candidates of a search at each stage: retrieved by legs, fused, reranked."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from pgrerank.domain.calibration import NOT_CALIBRATED, Answerability, Applied
from pgrerank.domain.hit_scores import NO_SCORES, HitScores
from pgrerank.domain.ids import ChunkId, DocumentId, RankingId
from pgrerank.domain.json import JsonObject
from pgrerank.domain.model import ModelCard
from pgrerank.domain.spans import Extract, SpanReport

if TYPE_CHECKING:
    from pgrerank.domain.vector import Vector

#: the ranked lists that are fused. For each, a candidate has `<leg>_rank` and `<leg>_score`, and an
#: outcome has a LegReport
LEGS = ("dense", "keyword", "sparse")


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A chunk that a leg returned. Ranks count from 1; None: this leg did not return it."""

    chunk_id: ChunkId
    document_id: DocumentId
    external_id: str
    title: str
    uri: str | None
    metadata: JsonObject
    ordinal: int
    #: None below the requested depth, where no text is needed
    content: str | None
    content_hash: bytes
    dense_rank: int | None
    #: cosine similarity, -1..1
    dense_score: float | None
    keyword_rank: int | None
    #: BM25, at least 0
    keyword_score: float | None
    fused_rank: int
    #: by the method of the collection, see domain/retrieval.py
    fused_score: float
    sparse_rank: int | None = None
    #: inner product of learned sparse weights, above 0
    sparse_score: float | None = None
    #: stored token vectors, if they were requested and the chunk has some
    tokens: bytes | None = None
    #: its embedding, unit float32 of shape (dimensions,), if it was requested
    embedding: "Vector | None" = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateNeeds:
    """What to retrieve with candidates down to the depth, in addition to their texts."""

    #: the model whose stored token vectors are retrieved; None: no token vectors
    token_model: ModelCard | None = None
    #: whether embeddings are retrieved
    embeddings: bool = False


#: the texts alone
TEXTS_ONLY = CandidateNeeds()


@dataclass(frozen=True, slots=True, kw_only=True)
class LegReport:
    """What was requested of a leg, and what it returned."""

    requested: int
    returned: int
    #: how it scanned: `exact` or `hnsw` for the dense leg; `gin`, `gin, phrases relaxed` or
    #: `no terms` for the keyword leg; `exact` or `no weights` for the sparse leg
    scan: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Retrieved:
    """The fused list of a search, best first, and a report of each leg. None: the leg was off."""

    candidates: tuple[Candidate, ...]
    dense: LegReport | None
    keyword: LegReport | None
    #: chunks the dense leg dropped for `min_similarity`
    below_similarity: int = 0
    sparse: LegReport | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A text to score, with the hash under which its scores are cached."""

    text: str
    content_hash: bytes
    #: its stored token vectors, for a reranker that reads those
    tokens: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PairScore:
    """The reranker's score of one passage. `value` is None if there is no finite score."""

    value: float | None
    #: part of the query or of the passage was not read
    truncated: bool = False
    #: tokens read of the pair; 0: the reranker does not report them
    tokens: int = field(default=0, compare=False)
    #: cost, in the currency of the operator's prices; 0: free, or no price is set
    cost: float = field(default=0.0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A candidate in its final place."""

    candidate: Candidate
    #: from 1
    rank: int
    scores: HitScores = NO_SCORES
    #: None: not requested, or the result is returned whole
    extract: Extract | None = None
    #: its content and that of the chunks around it; None: not requested
    window: str | None = None


class RerankStatus(StrEnum):
    """Whether reranking was completed."""

    FULL = "full"
    PARTIAL = "partial"
    SKIPPED = "skipped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class CascadeReport:
    """Report of the first step of a cascade, which selects what the reranker reads."""

    #: pairs that it scored
    scored: int
    #: name of its reranker
    model: str
    #: its fingerprint, which the log stores
    fingerprint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RerankReport:
    """Report of the rerank stage."""

    status: RerankStatus
    #: why it is not `full`
    reason: str | None
    #: pairs that were scored
    scored: int
    #: name of the reranker; None: none ran
    model: str | None
    #: its fingerprint, which the log stores
    fingerprint: str | None = None
    #: None: the reranker read all candidates down to the depth
    cascade: CascadeReport | None = None
    #: seconds after which a retry may be reranked; None: waiting does not help
    retry_after_s: int | None = None
    #: tokens read, and their cost: see PairScore
    tokens: int = 0
    cost: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CutCounts:
    """How many results each bound removed."""

    min_similarity: int = 0
    min_score: int = 0
    min_relevance: int = 0
    #: the named threshold
    threshold: int = 0
    #: beyond the most results of a document
    per_document: int = 0

    @property
    def of_hits(self) -> int:
        """How many hits were removed. Chunks below `min_similarity` never became hits."""
        return self.min_score + self.min_relevance + self.threshold + self.per_document


NOTHING_CUT = CutCounts()


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchOutcome:
    """The outcome of a search: every candidate in its final order, and a report of each stage."""

    id: RankingId
    created_at: datetime
    #: all candidates, best first
    hits: tuple[Hit, ...]
    #: the first `limit` hits that no bound removed
    results: tuple[Hit, ...]
    cut: CutCounts
    dense: LegReport | None
    keyword: LegReport | None
    rerank: RerankReport
    #: milliseconds by stage: embed, retrieve, rerank, total
    timings_ms: dict[str, float]
    sparse: LegReport | None = None
    #: the calibration that was applied, or why none was
    calibration: Applied = NOT_CALIBRATED
    #: None: unknown
    answerable: Answerability | None = None
    #: reasons to distrust the order, see domain/unknown_query.py
    warnings: tuple[str, ...] = ()
    #: None: no spans were requested
    spans: SpanReport | None = None
    #: weight of novelty in the order of the hits, 0..1; 0: they are ordered by relevance
    diversity: float = 0.0
    #: ranks of the hits beyond the most results of their document
    crowded_ranks: tuple[int, ...] = ()

    @property
    def uncut(self) -> int:
        """Number of hits that no bound removed."""
        return len(self.hits) - self.cut.of_hits
