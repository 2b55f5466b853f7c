"""Ranking of supplied documents: the request and the outcome."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from pgrerank.domain.bounds import characters, text, within
from pgrerank.domain.calibration import NOT_CALIBRATED, Answerability, Applied, logistic
from pgrerank.domain.candidate import CutCounts, PairScore, Passage, RerankReport
from pgrerank.domain.document import passage_hash
from pgrerank.domain.errors import InvalidRequestError, TooLargeError
from pgrerank.domain.hit_scores import NO_SCORES, HitScores
from pgrerank.domain.ids import KeyId, RankingId
from pgrerank.domain.model import ScoreKind
from pgrerank.domain.name import check_optional_name
from pgrerank.domain.request import (
    MAX_BUDGET_MS,
    MAX_END_USER_CHARACTERS,
    MAX_QUERY_CHARACTERS,
    MAX_RAW_SCORE,
)
from pgrerank.domain.spans import Extract, SpanReport, SpanSettings

#: of one request; the highest limit of any supported dialect
MAX_DOCUMENTS = 10_000
#: of one document
MAX_TEXT_CHARACTERS = 2_000_000
#: the dialect of pgrerank's own API
NATIVE = "native"

# A logistic curve fitted to the packaged model's scores has slope 13.8 and centre .504. Data: 75
# questions of NQ, SelQA and CovidQA, each with one relevant passage and about five similar ones;
# relevant and irrelevant passages have equal total weight.
_STEEPNESS = 14.0
_EVEN = 0.5
_UNSCORED = PairScore(value=None)


@dataclass(frozen=True, slots=True)
class SuppliedDocument:
    """A text as the reranker reads it; structured documents were converted to text before."""

    text: str

    @property
    def content_hash(self) -> bytes:
        """SHA-256 of the text: the key of cached scores, and its identifier in the log."""
        return passage_hash("", self.text)

    @property
    def passage(self) -> Passage:
        """The text as input of a reranker."""
        return Passage(text=self.text, content_hash=self.content_hash)


@dataclass(frozen=True, slots=True, kw_only=True)
class RerankRequest:
    """A query, the documents to rank, and the knobs.

    Raises:
        InvalidRequestError: A knob is out of range, or the query is blank; names the field.
        TooLargeError: There are more than 10,000 documents.
    """

    query: str
    #: in the caller's order, to which indexes refer
    documents: tuple[SuppliedDocument, ...]
    #: results in the answer, from 1; None: all
    limit: int | None = None
    #: how many documents are scored, starting with the first; None: all
    depth: int | None = None
    #: milliseconds for the whole request; documents not scored by then come last
    budget_ms: int | None = None
    #: whether a document that is too long for the reranker is truncated (true) or refused (false)
    truncate: bool = True
    #: report all documents with their scores
    explain: bool = False
    #: find the sentences of each result that answer the query; None: do not report them
    spans: SpanSettings | None = None
    #: reduce each result to its spans
    compress: bool = False
    #: name of the collection whose calibration, thresholds and settings apply; None: the tenant's
    collection: str | None = None
    #: name of a stored threshold of the collection, below which results are removed
    threshold: str | None = None
    #: raw rerank score below which a result is removed, in the reranker's own unit
    min_score: float | None = None
    #: probability of relevance below which a result is removed, 0..1; needs a calibration
    min_relevance: float | None = None
    #: name of the reranker; None: the collection's, or else the default
    model: str | None = None
    #: API dialect of the request, for the log
    dialect: str = NATIVE
    #: the caller's end user, 1-200 characters, for the log; None: not given
    end_user_id: str | None = None
    #: the API key of the request, for the log; None: no key was needed
    key_id: KeyId | None = None

    def __post_init__(self) -> None:
        text("query", self.query, least=1, most=MAX_QUERY_CHARACTERS)
        text("end_user_id", self.end_user_id, least=1, most=MAX_END_USER_CHARACTERS)
        if not self.documents:
            raise InvalidRequestError("documents", "must not be empty")
        if len(self.documents) > MAX_DOCUMENTS:
            raise TooLargeError(
                "documents", size=len(self.documents), limit=MAX_DOCUMENTS, unit="documents"
            )
        for place, document in enumerate(self.documents):
            characters(f"documents[{place}]", document.text, most=MAX_TEXT_CHARACTERS)
        within("limit", self.limit, 1, MAX_DOCUMENTS)
        within("depth", self.depth, 1, MAX_DOCUMENTS)
        within("budget_ms", self.budget_ms, 1, MAX_BUDGET_MS)
        within("min_relevance", self.min_relevance, 0, 1)
        within("min_score", self.min_score, -MAX_RAW_SCORE, MAX_RAW_SCORE)
        check_optional_name(self.collection, "collection")
        check_optional_name(self.threshold, "threshold")
        if self.threshold is not None and self.collection is None:
            raise InvalidRequestError("threshold", "needs `collection`: thresholds belong to one")

    @property
    def needs_spans(self) -> bool:
        """Whether the sentences of the results are scored."""
        return self.spans is not None or self.compress

    @property
    def effective_depth(self) -> int:
        """Number of documents to score."""
        return min(self.depth or len(self.documents), len(self.documents))

    @property
    def effective_limit(self) -> int:
        """Maximum number of results in the answer."""
        return min(self.limit or len(self.documents), len(self.documents))


@dataclass(frozen=True, slots=True, kw_only=True)
class RankedDocument:
    """A supplied document with its scores."""

    #: its index in the request, from 0
    index: int
    document: SuppliedDocument
    scores: HitScores = NO_SCORES
    #: score for people and other systems, 0..1, never rising in the list: see `display_score`
    display_score: float = 0.0
    #: None: not requested, or the result is returned whole
    extract: Extract | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RerankOutcome:
    """The outcome of a ranking: all documents in their final order, and a report."""

    id: RankingId
    created_at: datetime
    #: all documents, best first
    documents: tuple[RankedDocument, ...]
    #: the first `limit` documents that no threshold removed
    results: tuple[RankedDocument, ...]
    cut: CutCounts
    rerank: RerankReport
    #: milliseconds by stage: rerank, total
    timings_ms: dict[str, float]
    #: tokens that the reranker read of all pairs; 0: it does not report them
    tokens: int = 0
    #: the calibration that was applied, or why none was
    calibration: Applied = NOT_CALIBRATED
    #: None: unknown
    answerable: Answerability | None = None
    #: reasons to distrust the order, see domain/unknown_query.py
    warnings: tuple[str, ...] = ()
    #: None: no spans were requested
    spans: SpanReport | None = None


def order_documents(
    documents: Sequence[SuppliedDocument],
    scores: Sequence[PairScore],
    boosts: Sequence[float] = (),
) -> tuple[RankedDocument, ...]:
    """Documents by score plus boost, best first; ties and unscored ones in the caller's order.

    Args:
        documents: In the caller's order.
        scores: Scores of the first documents; may be fewer. Unscored documents come last.
        boosts: Boosts of the first documents; may be fewer or empty.
    """
    unscored = len(documents) - len(scores)
    rows = zip(
        documents,
        [*scores, *[_UNSCORED] * unscored],
        [*boosts, *[0.0] * (len(documents) - len(boosts))],
        strict=True,
    )
    ranked = [
        RankedDocument(
            index=index,
            document=document,
            scores=HitScores(rerank=score.value, truncated=score.truncated, boost=boost),
        )
        for index, (document, score, boost) in enumerate(rows)
    ]
    return tuple(sorted(ranked, key=_place))


def with_display_scores(
    documents: Sequence[RankedDocument], kind: ScoreKind | None
) -> tuple[RankedDocument, ...]:
    """The documents with their display scores: the relevance, or else the mapped raw score."""
    return tuple(
        replace(
            document,
            display_score=display_score(document.scores.deciding, kind)
            if document.scores.relevance is None
            else document.scores.relevance,
        )
        for document in documents
    )


def display_score(score: float | None, kind: ScoreKind | None) -> float:
    """A raw score mapped to 0..1, as other systems show scores. It never reverses an order.

    A logit is mapped by the sigmoid; late interaction's mean cosine by a steeper sigmoid, which is
    centred where relevance has about even odds; any other score is clipped. The result is not a
    probability, for which a calibration is needed. A missing score is shown as 0.
    """
    if score is None:
        return 0.0
    if kind is ScoreKind.LOGIT:
        return logistic(score)
    if kind is ScoreKind.MAXSIM:
        return logistic(_STEEPNESS * (score - _EVEN))
    return min(max(score, 0.0), 1.0)


def _place(ranked: RankedDocument) -> tuple[bool, float, int]:
    score = ranked.scores.deciding
    return (score is None, -(score or 0.0), ranked.index)
