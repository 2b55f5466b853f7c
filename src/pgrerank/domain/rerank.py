"""Ranking documents that the caller brings: what is asked for, and what comes of it."""

from collections.abc import Sequence
from dataclasses import dataclass
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

#: of one request; as many as the most liberal of the dialects takes
MAX_DOCUMENTS = 10_000
#: of one document
MAX_TEXT_CHARACTERS = 2_000_000
#: name of the product's own way to ask
NATIVE = "native"

# Of the packaged model on 75 questions of NQ, SelQA and CovidQA, each with one relevant passage and
# about five near it, both kinds weighing alike, a logistic curve has slope 13.8 and centre .504.
_STEEPNESS = 14.0
_EVEN = 0.5
_UNSCORED = PairScore(value=None)


@dataclass(frozen=True, slots=True)
class SuppliedDocument:
    """A text as the reranker is to read it; structured ones were made readable before."""

    text: str

    @property
    def content_hash(self) -> bytes:
        """SHA-256 under which its scores are cached and the log knows it."""
        return passage_hash("", self.text)

    @property
    def passage(self) -> Passage:
        """What a reranker is given."""
        return Passage(text=self.text, content_hash=self.content_hash)


@dataclass(frozen=True, slots=True, kw_only=True)
class RerankRequest:
    """A query, the documents it is held against, and the knobs.

    Raises:
        InvalidRequestError: A knob is out of its range, or the query is blank; names the field.
        TooLargeError: There are more than 10,000 documents.
    """

    query: str
    #: in the caller's order, which their indexes refer to
    documents: tuple[SuppliedDocument, ...]
    #: results in the answer, from 1; None: all
    limit: int | None = None
    #: how many of the documents are scored, from the first on; None: all
    depth: int | None = None
    #: milliseconds for the whole request; what is not scored by then comes last
    budget_ms: int | None = None
    #: whether a document that is too long for the reranker is read in part, or refused
    truncate: bool = True
    #: tell how each document fared
    explain: bool = False
    #: name of the collection whose calibration, thresholds and settings apply; None: the tenant's
    collection: str | None = None
    #: name of a stored threshold of the collection that cuts results
    threshold: str | None = None
    #: raw rerank score below which a result is cut, in the reranker's own unit
    min_score: float | None = None
    #: probability of relevance below which a result is cut, 0..1; needs a calibration
    min_relevance: float | None = None
    #: name of the reranker; None: the collection's, or else the default
    model: str | None = None
    #: how the request came, for the log
    dialect: str = NATIVE
    #: the caller's own user, 1-200 characters, for the log; None: not given
    end_user_id: str | None = None
    #: the API key that asks, for the log; None: no key was needed
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
    def effective_depth(self) -> int:
        """How many documents are scored."""
        return min(self.depth or len(self.documents), len(self.documents))

    @property
    def effective_limit(self) -> int:
        """How many results the answer may hold."""
        return min(self.limit or len(self.documents), len(self.documents))


@dataclass(frozen=True, slots=True, kw_only=True)
class RankedDocument:
    """A document in its new place."""

    #: where the caller had it, from 0
    index: int
    document: SuppliedDocument
    scores: HitScores = NO_SCORES
    #: for people and other systems, 0..1, in the order of the list: see `display_score`
    display: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RerankOutcome:
    """The outcome: every document in its final order, and what was done."""

    id: RankingId
    created_at: datetime
    #: all documents, best first; the answer holds those up to `limit` that no threshold cut
    documents: tuple[RankedDocument, ...]
    #: of the answer
    results: tuple[RankedDocument, ...]
    cut: CutCounts
    rerank: RerankReport
    #: milliseconds by stage: rerank, total
    timings_ms: dict[str, float]
    #: what the reranker read of all pairs, in its own tokens; 0 where it does not tell
    tokens: int = 0
    #: by what scores became probabilities, or why they did not
    calibration: Applied = NOT_CALIBRATED
    #: None: there is no telling
    answerable: Answerability | None = None
    #: what to know before trusting the order, see domain/unknown_query.py
    warnings: tuple[str, ...] = ()


def order_documents(
    documents: Sequence[SuppliedDocument],
    scores: Sequence[PairScore],
    boosts: Sequence[float] = (),
) -> tuple[RankedDocument, ...]:
    """Documents by score and boost, best first; ties and unscored ones in the caller's order.

    Args:
        documents: In the caller's order.
        scores: Of the first of them; may be fewer. What has none comes last.
        boosts: Likewise; none at all: nothing is boosted.
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


def display_score(score: float | None, kind: ScoreKind | None) -> float:
    """A raw score from 0 to 1, as other systems show scores: a higher one is never shown lower.

    The sigmoid of a logit; that of late interaction's mean cosine, stretched so that an even
    chance is shown as one half; any other score as it is, held to 0..1. Nothing of this is a
    probability: that is what calibration is for. No score is shown as 0.
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
