"""Responses of the service. Fields that a later version adds are ignored."""

from datetime import datetime
from typing import Any, Self
from uuid import UUID

from msgspec import Struct, structs

from pgrerank.client.errors import RejectedRow
from pgrerank.client.reports import Answerable, CalibrationReport, Legs, RerankReport
from pgrerank.client.spans import Span, SpansFound


class _Answer(Struct, frozen=True, kw_only=True):
    pass


class LogOddsParts(_Answer, frozen=True, kw_only=True):
    """What each score of a result adds to the log-odds of its relevance."""

    #: log-odds of an average candidate
    base: float
    #: by the reranker's raw score
    reranker: float
    #: by the cosine of query and chunk
    similarity: float
    #: by BM25
    words: float
    #: by the similarity to the three best candidates
    agreement: float


class ResultScores(_Answer, frozen=True, kw_only=True):
    """The score of a chunk in each stage. None: that stage did not score it.

    The scales differ: compare only scores of the same name.
    """

    #: cosine similarity, -1 to 1
    dense: float | None = None
    #: BM25, at least 0
    keyword: float | None = None
    #: inner product of learned weights
    sparse: float | None = None
    #: score after fusion, by the method of the collection
    fused: float = 0.0
    #: raw score of the first step of a cascade
    cascade: float | None = None
    #: raw score of the reranker, in its own unit
    rerank: float | None = None
    #: log-odds of relevance: the sum of the parts and the boost; orders the reranked results
    log_odds: float | None = None
    #: what each score adds to the log-odds; None: not reranked
    parts: LogOddsParts | None = None
    #: probability of relevance, 0 to 1
    relevance: float | None = None
    #: amount that the collection's terms and fields add to `log_odds`
    boost: float = 0.0


class Ranks(_Answer, frozen=True, kw_only=True):
    """The rank in each list, from 1. None: that leg did not return it."""

    dense: int | None = None
    keyword: int | None = None
    sparse: int | None = None
    fused: int
    final: int


class ResultDocument(_Answer, frozen=True, kw_only=True):
    """The document of a chunk."""

    #: your id of the document
    id: str
    title: str
    uri: str | None
    metadata: dict[str, Any]


class ResultChunk(_Answer, frozen=True, kw_only=True):
    """A part of a document."""

    id: UUID
    #: position in its document, from 0
    ordinal: int
    #: None for entries of `candidates` below both depth and limit
    content: str | None


class Result(_Answer, frozen=True, kw_only=True):
    """A result: a chunk with its document, scores and ranks."""

    document: ResultDocument
    chunk: ResultChunk
    scores: ResultScores
    ranks: Ranks
    #: whether the reranker read only part of the query or the passage
    truncated: bool = False
    #: None: not requested, or not found
    spans: list[Span] | None = None
    #: the content reduced to its spans; None: not requested, or not found
    extract: str | None = None
    #: the content with that of its neighbours; None: not requested, or beyond 100 results
    window: str | None = None


class SearchResponse(_Answer, frozen=True, kw_only=True):
    """The outcome of a search."""

    #: id of this search in the rerank log
    id: UUID
    results: list[Result]
    rerank: RerankReport
    legs: Legs
    #: number of chunks that each bound removed, by its name
    cut: dict[str, int] = {}
    calibration: CalibrationReport = CalibrationReport()
    #: None: there is no calibration
    answerable: Answerable | None = None
    #: reasons to distrust the order
    warnings: list[str] = []
    #: milliseconds by stage
    timings_ms: dict[str, float] = {}
    #: weight of novelty in the order, 0 to 1; 0: by relevance alone
    diversity: float = 0.0
    #: for the results after these; None: there are no more
    cursor: str | None = None
    #: all candidates in their final order; None without `explain`
    candidates: list[Result] | None = None
    #: None: no spans were requested
    spans: SpansFound | None = None


class RerankedDocument(_Answer, frozen=True, kw_only=True):
    """A ranked supplied document."""

    #: its index in the request, from 0
    index: int
    #: raw score of the reranker, in its own unit; None: it was not scored
    rerank_score: float | None = None
    #: probability of relevance, 0 to 1; None without calibration
    relevance: float | None = None
    #: score from 0 to 1 that follows the order of the results: the relevance, or without
    #: calibration the raw score mapped to this range
    display_score: float = 0.0
    #: amount that a collection's terms add to the score for the order
    boost: float = 0.0
    #: whether the reranker read only part of the query or the document
    truncated: bool = False
    #: its spans, and the text reduced to them; None: not requested, or not found
    spans: list[Span] | None = None
    extract: str | None = None


class ExplainedDocument(RerankedDocument, frozen=True, kw_only=True):
    """A ranked supplied document with its text as given to the reranker."""

    text: str


class RerankResponse(_Answer, frozen=True, kw_only=True):
    """The outcome of a ranking of supplied documents."""

    #: id of this ranking in the rerank log
    id: UUID
    results: list[RerankedDocument]
    rerank: RerankReport
    cut: dict[str, int] = {}
    calibration: CalibrationReport = CalibrationReport()
    answerable: Answerable | None = None
    #: reasons to distrust the order
    warnings: list[str] = []
    #: tokens that the reranker read; 0: it does not report them
    tokens: int = 0
    #: milliseconds by stage
    timings_ms: dict[str, float] = {}
    #: all documents in their final order; None without `explain`
    documents: list[ExplainedDocument] | None = None
    #: None: no spans were requested
    spans: SpansFound | None = None


class Results(_Answer, frozen=True, kw_only=True):
    """A page of the results of a past search."""

    results: list[Result]
    cursor: str | None = None
    #: number of omitted results whose document was since changed or deleted
    gone: int = 0


class LoggedChunk(_Answer, frozen=True, kw_only=True):
    """A logged candidate."""

    chunk_id: UUID
    scores: ResultScores
    ranks: Ranks
    truncated: bool = False


class ChunkPosition(_Answer, frozen=True, kw_only=True):
    """Current rank and score of a chunk in the full list of each leg. None: not in that list."""

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
    """What happened to a document in a search."""

    document: str
    #: `returned`, `below_limit`, `cut`, `below_depth`, `not_found`, `filtered` or `not_stored`
    stage: str
    #: explanation of `stage` in words
    reason: str
    #: its best logged chunk; None: no leg returned one
    logged: LoggedChunk | None = None
    chunks: list[ChunkPosition] = []
    #: reasons to distrust the order of the search's results
    warnings: list[str] = []


class RetrievalSettings(_Answer, frozen=True, kw_only=True):
    """Settings of a collection's first stage."""

    k1: float
    b: float
    title_boost: float
    fusion: str
    rrf_k: int
    dense_weight: float
    keyword_weight: float
    sparse_weight: float


class CollectionResponse(_Answer, frozen=True, kw_only=True):
    """A set of documents that are searched together."""

    name: str
    text_search: str
    #: fingerprint of the model of its vectors
    embedder: str
    #: of its second set of vectors
    second_embedder: str | None = None
    second_state: str | None = None
    documents: int
    chunks: int
    store_tokens: bool = False
    #: name of its reranker; None: the default reranker
    reranker: str | None = None
    retrieval: RetrievalSettings
    created_at: datetime


class CollectionPage(_Answer, frozen=True, kw_only=True):
    """A page of collections, sorted by name."""

    items: list[CollectionResponse]
    cursor: str | None = None


class ChunkResponse(_Answer, frozen=True, kw_only=True):
    """A part of a stored document."""

    ordinal: int
    content: str
    tokens: int


class DocumentResponse(_Answer, frozen=True, kw_only=True):
    """A stored document."""

    id: str
    title: str
    uri: str | None
    metadata: dict[str, Any]
    chunk_count: int
    created_at: datetime
    updated_at: datetime
    chunks: list[ChunkResponse] | None = None


class DocumentPage(_Answer, frozen=True, kw_only=True):
    """A page of documents, sorted by id, without their chunks."""

    items: list[DocumentResponse]
    cursor: str | None = None


class DeletionResponse(_Answer, frozen=True, kw_only=True):
    """What a deletion found and did."""

    matched: int
    deleted: int
    #: ids of the first ten of `matched`
    documents: list[str]

    @property
    def remaining(self) -> int:
        """Selected documents that were not deleted."""
        return max(self.matched - self.deleted, 0)

    def plus(self, later: Self) -> Self:
        """Both, of which `later` continued this one."""
        return structs.replace(self, deleted=self.deleted + later.deleted)


class Ingested(_Answer, frozen=True, kw_only=True):
    """The outcome of an ingest."""

    created: int = 0
    updated: int = 0
    #: documents already stored with the same content
    unchanged: int = 0
    #: chunks embedded and stored
    chunks: int = 0
    rejected: list[RejectedRow] = []

    def plus(self, later: Self, *, after: int) -> Self:
        """Sum of both, where the documents of `later` follow the first `after` documents."""
        moved = [structs.replace(row, line=row.line + after) for row in later.rejected]
        return type(self)(
            created=self.created + later.created,
            updated=self.updated + later.updated,
            unchanged=self.unchanged + later.unchanged,
            chunks=self.chunks + later.chunks,
            rejected=[*self.rejected, *moved],
        )
