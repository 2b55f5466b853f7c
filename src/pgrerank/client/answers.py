"""What the service answers. Fields that a later service adds are passed over."""

from datetime import datetime
from typing import Any, Self
from uuid import UUID

from msgspec import Struct, structs

from pgrerank.client.errors import RejectedRow


class _Answer(Struct, frozen=True, kw_only=True):
    pass


class ResultScores(_Answer, frozen=True, kw_only=True):
    """What each stage said of a chunk. None: that stage did not score it.

    The scales differ, so compare scores of one name only.
    """

    #: cosine similarity, -1 to 1
    dense: float | None = None
    #: BM25, at least 0
    keyword: float | None = None
    #: inner product of learned weights
    sparse: float | None = None
    #: reciprocal ranks or scaled scores, summed
    fused: float = 0.0
    #: raw score of the first step of a cascade
    cascade: float | None = None
    #: raw score of the reranker, in its own unit
    rerank: float | None = None
    #: the reranker's score combined with those of the legs, which orders the results then
    combined: float | None = None
    #: probability of relevance, 0 to 1
    relevance: float | None = None
    #: what the collection's terms add to `combined`, or else to `rerank`, in the order
    boost: float = 0.0


class Ranks(_Answer, frozen=True, kw_only=True):
    """Places in each list, from 1. None: that leg did not return it."""

    dense: int | None = None
    keyword: int | None = None
    sparse: int | None = None
    fused: int
    final: int


class ResultDocument(_Answer, frozen=True, kw_only=True):
    """The document of a chunk."""

    #: yours
    id: str
    title: str
    uri: str | None
    metadata: dict[str, Any]


class ResultChunk(_Answer, frozen=True, kw_only=True):
    """A part of a document."""

    id: UUID
    #: place in its document, from 0
    ordinal: int
    #: None for candidates that were not looked at closely
    content: str | None


class Result(_Answer, frozen=True, kw_only=True):
    """A chunk in its place."""

    document: ResultDocument
    chunk: ResultChunk
    scores: ResultScores
    ranks: Ranks
    #: the reranker did not read all of the query or the passage
    truncated: bool = False


class CascadeReport(_Answer, frozen=True, kw_only=True):
    """The first step of a cascade."""

    scored: int
    model: str


class RerankReport(_Answer, frozen=True, kw_only=True):
    """What became of the rerank stage."""

    #: `full`, `partial`, `skipped` or `failed`
    status: str
    #: why it is not `full`
    reason: str | None = None
    #: how many got a score
    depth: int
    #: the reranker; None where none ran
    model: str | None = None
    cascade: CascadeReport | None = None


class Leg(_Answer, frozen=True, kw_only=True):
    """What a leg was asked for and gave."""

    requested: int
    returned: int
    #: how it looked: `exact`, `hnsw`, `gin`, ...
    scan: str


class Legs(_Answer, frozen=True, kw_only=True):
    """The legs of the first stage. None: the search left it out."""

    dense: Leg | None = None
    keyword: Leg | None = None
    sparse: Leg | None = None


class CalibrationReport(_Answer, frozen=True, kw_only=True):
    """What turned scores into probabilities."""

    #: None: nothing did
    id: UUID | None = None
    #: why nothing did, or what to know of it
    reason: str | None = None


class Answerable(_Answer, frozen=True, kw_only=True):
    """Whether anything that was found is relevant."""

    value: bool
    probability: float


class SearchResponse(_Answer, frozen=True, kw_only=True):
    """The answer to a search."""

    #: of this search in the rerank log
    id: UUID
    results: list[Result]
    rerank: RerankReport
    legs: Legs
    #: how many chunks each threshold removed, by its name
    cut: dict[str, int] = {}
    calibration: CalibrationReport = CalibrationReport()
    #: None: there is no telling without a calibration
    answerable: Answerable | None = None
    #: what to know before trusting the order
    warnings: list[str] = []
    #: milliseconds by stage
    timings_ms: dict[str, float] = {}
    #: goes on behind these results; None: there are no more
    cursor: str | None = None
    #: every candidate in its final order, where `explain` asked for it
    candidates: list[Result] | None = None


class RerankedDocument(_Answer, frozen=True, kw_only=True):
    """A document that was brought, in its place."""

    #: where the caller had it, from 0
    index: int
    #: raw score of the reranker, in its own unit; None: it got none
    score: float | None = None
    #: probability of relevance, 0 to 1; None without calibration
    relevance: float | None = None
    #: from 0 to 1, in the order of the list: the relevance, or else the score squeezed
    display: float = 0.0
    #: what a collection's terms add in the order
    boost: float = 0.0
    #: the reranker did not read all of the query or the document
    truncated: bool = False


class ExplainedDocument(RerankedDocument, frozen=True, kw_only=True):
    """A document that was brought, with what was read of it."""

    text: str


class RerankResponse(_Answer, frozen=True, kw_only=True):
    """The answer to a ranking of documents that were brought."""

    #: of this ranking in the rerank log
    id: UUID
    results: list[RerankedDocument]
    rerank: RerankReport
    cut: dict[str, int] = {}
    calibration: CalibrationReport = CalibrationReport()
    answerable: Answerable | None = None
    #: what to know before trusting the order
    warnings: list[str] = []
    #: what the reranker read, in its tokens
    tokens: int = 0
    #: milliseconds by stage
    timings_ms: dict[str, float] = {}
    #: every document in its final order, where `explain` asked for it
    documents: list[ExplainedDocument] | None = None


class Results(_Answer, frozen=True, kw_only=True):
    """A page of the results of a past search."""

    results: list[Result]
    cursor: str | None = None
    #: results of this page whose document was changed or deleted since
    gone: int = 0


class LoggedChunk(_Answer, frozen=True, kw_only=True):
    """A candidate as the log keeps it."""

    chunk_id: UUID
    scores: ResultScores
    ranks: Ranks
    truncated: bool = False


class ChunkPosition(_Answer, frozen=True, kw_only=True):
    """Where each leg ranks a chunk today, in its whole list."""

    chunk_id: UUID
    ordinal: int
    passes_filter: bool
    dense_rank: int | None = None
    dense_score: float | None = None
    keyword_rank: int | None = None
    keyword_score: float | None = None
    sparse_rank: int | None = None
    sparse_score: float | None = None


class ExplanationResponse(_Answer, frozen=True, kw_only=True):
    """What became of a document in a search."""

    document: str
    #: `returned`, `below_limit`, `cut`, `below_depth`, `not_found`, `filtered` or `not_stored`
    stage: str
    #: the same in words
    reason: str
    #: its best chunk in the log; None: no leg returned one
    logged: LoggedChunk | None = None
    chunks: list[ChunkPosition] = []


class RetrievalSettings(_Answer, frozen=True, kw_only=True):
    """How the first stage of a collection weighs."""

    k1: float
    b: float
    title_boost: float
    fusion: str
    rrf_k: int
    dense_weight: float
    keyword_weight: float
    sparse_weight: float


class CollectionResponse(_Answer, frozen=True, kw_only=True):
    """A set of documents that is searched together."""

    name: str
    text_search: str
    #: fingerprint of the model its vectors are from
    embedder: str
    documents: int
    chunks: int
    store_tokens: bool = False
    #: the operator's reranker that it names; None: the service's own
    reranker: str | None = None
    retrieval: RetrievalSettings
    created_at: datetime


class CollectionPage(_Answer, frozen=True, kw_only=True):
    """A page of collections, by name."""

    items: list[CollectionResponse]
    cursor: str | None = None


class ChunkResponse(_Answer, frozen=True, kw_only=True):
    """A part of a stored document."""

    ordinal: int
    content: str
    tokens: int


class DocumentResponse(_Answer, frozen=True, kw_only=True):
    """A document as it is stored."""

    id: str
    title: str
    uri: str | None
    metadata: dict[str, Any]
    chunk_count: int
    created_at: datetime
    updated_at: datetime
    chunks: list[ChunkResponse] | None = None


class Ingested(_Answer, frozen=True, kw_only=True):
    """What became of documents that were brought in."""

    created: int = 0
    updated: int = 0
    #: stored already with the same content
    unchanged: int = 0
    #: embedded and stored
    chunks: int = 0
    rejected: list[RejectedRow] = []

    def plus(self, later: Self, *, after: int) -> Self:
        """Both together, where `later` is of documents behind the first `after`."""
        moved = [structs.replace(row, line=row.line + after) for row in later.rejected]
        return type(self)(
            created=self.created + later.created,
            updated=self.updated + later.updated,
            unchanged=self.unchanged + later.unchanged,
            chunks=self.chunks + later.chunks,
            rejected=[*self.rejected, *moved],
        )


class StoredJudgments(_Answer, frozen=True, kw_only=True):
    """What became of judgments."""

    #: those that were not stored before
    added: int
    #: documents that the collection does not hold
    unknown: list[str] = []


class FeedbackKept(_Answer, frozen=True, kw_only=True):
    """Feedback as it is kept."""

    query: str
    document: str
    grade: int
    source: str
