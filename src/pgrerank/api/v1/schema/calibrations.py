"""Judgments, calibrations and thresholds as they are sent and answered."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from msgspec import Meta, Struct

from pgrerank.api.v1.schema.requests import CollectionName
from pgrerank.api.v1.schema.responses import NextCursor
from pgrerank.domain import calibration as calibrations
from pgrerank.domain import request as knobs
from pgrerank.domain import threshold as thresholds
from pgrerank.domain.calibration import Method, Unjudged
from pgrerank.domain.document import MAX_ID_CHARACTERS
from pgrerank.domain.errors import InvalidRequestError
from pgrerank.domain.ids import ChunkId
from pgrerank.domain.judgment import HIGHEST_GRADE, MAX_LABEL_CHARACTERS, RELEVANT, Feedback
from pgrerank.domain.judgment import Judgment as Judged
from pgrerank.domain.page import Page
from pgrerank.domain.request import RerankMode, SearchRequest, Strategy
from pgrerank.usecases.calibration.calibrate import GivenPair
from pgrerank.usecases.calibration.judged_pairs import CalibrationPlan, ScoreSource

MAX_JUDGMENTS = 10_000
MAX_PAIRS = 10_000

Grade = Annotated[int, Meta(ge=0, le=HIGHEST_GRADE, description="0: not relevant, to 3: the best.")]
Text = Annotated[str, Meta(min_length=1, max_length=knobs.MAX_QUERY_CHARACTERS)]
Label = Annotated[str, Meta(min_length=1, max_length=MAX_LABEL_CHARACTERS)]


class _Sent(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    pass


class _Answer(Struct, frozen=True, kw_only=True):
    pass


class JudgmentRequest(_Sent, frozen=True, kw_only=True):
    """How relevant a document is for a query."""

    query: Text
    document: Annotated[
        str,
        Meta(min_length=1, max_length=MAX_ID_CHARACTERS, description="Your id of the document."),
    ]
    grade: Grade
    chunk_id: Annotated[
        UUID | None, Meta(description="Of one chunk of it; null: the document as a whole.")
    ] = None
    source: Annotated[Label, Meta(description="How it came about.", examples=["human"])] = "human"
    by: Annotated[
        Label | None, Meta(description="Who judged. A later grade by the same replaces theirs.")
    ] = None


class NewJudgments(_Sent, frozen=True, kw_only=True):
    """Judgments of documents of one collection."""

    collection: CollectionName
    judgments: Annotated[list[JudgmentRequest], Meta(min_length=1, max_length=MAX_JUDGMENTS)]

    def values(self) -> list[Judged]:
        """The domain's values. Raises InvalidRequestError for what means nothing."""
        return [_judgment(each, place) for place, each in enumerate(self.judgments)]


class JudgmentsTaken(_Answer, frozen=True, kw_only=True):
    """What became of judgments."""

    added: Annotated[int, Meta(description="Those that were not stored before.")]
    unknown: Annotated[
        list[str], Meta(description="Judged documents that the collection does not hold.")
    ]


class NewFeedback(_Sent, frozen=True, kw_only=True):
    """What a user did with a result."""

    chunk_id: Annotated[UUID, Meta(description="`chunk.id` of the result.")]
    event: Feedback
    by: Annotated[Label | None, Meta(description="Who, in your words; not looked up.")] = None


class FeedbackTaken(_Answer, frozen=True, kw_only=True):
    """Feedback as it is kept: a judgment of a source of its own."""

    query: str
    document: str
    grade: int
    source: str


class JudgedText(_Sent, frozen=True, kw_only=True):
    """A judged pair of your own, which the reranker scores now."""

    query: Text
    text: Text
    grade: Grade


class NewCalibration(_Sent, frozen=True, kw_only=True):
    """How to fit scores to judgments."""

    collection: Annotated[
        CollectionName | None,
        Meta(description="Null: one for all of the tenant, from the judgments of all."),
    ] = None
    strategy: Strategy = Strategy.HYBRID
    candidates: Annotated[int, Meta(ge=1, le=knobs.MAX_CANDIDATES)] = 100
    depth: Annotated[
        int, Meta(ge=1, le=knobs.MAX_DEPTH, description="As in the searches it is for.")
    ] = 50
    unjudged: Annotated[
        Unjudged,
        Meta(description="`skip` what nobody judged, or read it as `irrelevant`."),
    ] = Unjudged.SKIP
    source: Annotated[
        ScoreSource,
        Meta(description="`search` for each judged query now, or take scores of the `log`."),
    ] = ScoreSource.SEARCH
    method: Annotated[
        Method | None, Meta(description="Unset: that with the least held-out log loss.")
    ] = None
    relevant_from: Annotated[
        int, Meta(ge=RELEVANT, le=HIGHEST_GRADE, description="The lowest relevant grade.")
    ] = RELEVANT
    pairs: Annotated[
        Annotated[list[JudgedText], Meta(min_length=1, max_length=MAX_PAIRS)] | None,
        Meta(description="Fit to these, and not to stored judgments."),
    ] = None

    def plan(self) -> CalibrationPlan:
        """The domain's value."""
        return CalibrationPlan(
            request=SearchRequest(
                query="",
                strategy=self.strategy,
                candidates=self.candidates,
                depth=self.depth,
                rerank=RerankMode.ALWAYS,
            ),
            unjudged=self.unjudged,
            source=self.source,
            method=self.method,
            relevant_from=self.relevant_from,
        )

    def given_pairs(self) -> list[GivenPair]:
        """The pairs that were sent."""
        return [
            GivenPair(query=pair.query, text=pair.text, grade=pair.grade)
            for pair in self.pairs or []
        ]


class EstimateResponse(_Answer, frozen=True, kw_only=True):
    """A figure with its interval of 95 % over queries."""

    value: float
    low: float
    high: float

    @classmethod
    def of(cls, estimate: calibrations.IntervalEstimate) -> Self:
        """Show an estimate."""
        return cls(value=estimate.value, low=estimate.low, high=estimate.high)


class ReliabilityBinResponse(_Answer, frozen=True, kw_only=True):
    """Pairs of like probability."""

    predicted: float
    observed: float
    pairs: int


class CutoffPointResponse(_Answer, frozen=True, kw_only=True):
    """What is kept where results under a raw score are cut."""

    cutoff: float
    relevance: float
    pairs: int
    precision: EstimateResponse
    recall: EstimateResponse


class CalibrationCurveResponse(_Answer, frozen=True, kw_only=True):
    """From raw score to probability. Docs say how each method reads its numbers."""

    method: Method
    coefficients: Sequence[float]
    scores: Sequence[float]
    probabilities: Sequence[float]


class CalibrationResponse(_Answer, frozen=True, kw_only=True):
    """A fitted calibration."""

    id: UUID
    created_at: datetime | None
    collection: Annotated[str | None, Meta(description="Null: all of the tenant.")]
    reranker: str
    reranker_fingerprint: Annotated[
        str, Meta(description="It reads scores of this reranker and of no other.")
    ]
    curve: CalibrationCurveResponse
    strategy: str
    candidates: int
    depth: int
    unjudged: Unjudged
    relevant_from: int
    queries: int
    pairs: int
    positives: int
    brier: EstimateResponse
    log_loss: EstimateResponse
    ece: Annotated[
        EstimateResponse, Meta(description="Expected calibration error, 15 bins of equal mass.")
    ]
    ece_raw: Annotated[
        EstimateResponse, Meta(description="The same of the bare sigmoid of the score.")
    ]
    tried: Annotated[
        Mapping[str, float], Meta(description="Held-out log loss of each method that was tried.")
    ]
    bins: list[ReliabilityBinResponse]
    precision_at: Annotated[list[EstimateResponse], Meta(description="By k from 1.")]
    warnings: Sequence[str]
    points: Annotated[
        list[CutoffPointResponse] | None, Meta(description="Strict to loose. Null in listings.")
    ] = None

    @classmethod
    def of(cls, fitted: calibrations.Fitted, *, whole: bool) -> Self:
        """Show a calibration, with its points where it is whole."""
        quality = fitted.quality
        figures = {
            name: EstimateResponse.of(getattr(quality, name))
            for name in ("brier", "log_loss", "ece", "ece_raw")
        }
        plain = (
            "id created_at collection reranker unjudged relevant_from queries pairs positives "
            "warnings"
        )
        return cls(
            reranker_fingerprint=fitted.fingerprint,
            curve=CalibrationCurveResponse(**asdict(fitted.curve)),
            tried=quality.tried,
            bins=[ReliabilityBinResponse(**asdict(each)) for each in quality.bins],
            precision_at=[EstimateResponse.of(each) for each in quality.precision_at],
            points=[_point(each) for each in fitted.points] if whole else None,
            **figures,
            **asdict(fitted.pool),
            **{name: getattr(fitted, name) for name in plain.split()},
        )


class CalibrationPage(_Answer, frozen=True, kw_only=True):
    """A page of calibrations, newest first."""

    items: list[CalibrationResponse]
    cursor: NextCursor

    @classmethod
    def of(cls, page: Page[calibrations.Fitted]) -> Self:
        """Show a page."""
        items = [CalibrationResponse.of(item, whole=False) for item in page.items]
        return cls(items=items, cursor=page.cursor)


class NewThreshold(_Sent, frozen=True, kw_only=True):
    """Where to cut: a precision to keep, or a probability."""

    precision: Annotated[
        Annotated[float, Meta(gt=0, lt=1)] | None,
        Meta(description="Of the results that are left. The loosest cut-off that keeps it is set."),
    ] = None
    confidence: Annotated[
        float, Meta(gt=0, lt=1, description="With which `precision` is kept.")
    ] = 0.95
    min_relevance: Annotated[
        Annotated[float, Meta(ge=0, le=1)] | None,
        Meta(description="In place of `precision`: a probability, whatever it keeps."),
    ] = None
    calibration_id: Annotated[
        UUID | None, Meta(description="Whose judged pairs to go by; unset: the newest that fits.")
    ] = None


class ThresholdResponse(_Answer, frozen=True, kw_only=True):
    """A named cut."""

    name: str
    collection: str | None
    cutoff: Annotated[float | None, Meta(description="Raw score of `reranker`.")]
    min_relevance: float | None
    precision: Annotated[float | None, Meta(description="What it promises; null: nothing.")]
    confidence: float | None
    reranker: str | None
    reranker_fingerprint: str | None
    calibration_id: UUID | None
    created_at: datetime | None

    @classmethod
    def of(cls, threshold: thresholds.Threshold) -> Self:
        """Show a threshold."""
        promise = threshold.promise
        return cls(
            name=threshold.name,
            collection=threshold.collection,
            cutoff=threshold.cutoff,
            min_relevance=threshold.min_relevance,
            precision=promise and promise.precision,
            confidence=promise and promise.confidence,
            reranker=threshold.reranker,
            reranker_fingerprint=threshold.fingerprint,
            calibration_id=threshold.calibration,
            created_at=threshold.created_at,
        )


class ThresholdPage(_Answer, frozen=True, kw_only=True):
    """All thresholds of the tenant, by name."""

    items: list[ThresholdResponse]


class ThresholdSet(_Answer, frozen=True, kw_only=True):
    """What was set."""

    name: str
    cutoff: float | None
    min_relevance: float | None
    explanation: str


def _judgment(sent: JudgmentRequest, place: int) -> Judged:
    try:
        return Judged(
            query=sent.query,
            external_id=sent.document,
            chunk_id=sent.chunk_id and ChunkId(sent.chunk_id),
            grade=sent.grade,
            source=sent.source,
            judged_by=sent.by,
        )
    except InvalidRequestError as error:
        raise InvalidRequestError(f"judgments[{place}].{error.field}", error.problem) from error


def _point(point: calibrations.CutoffPoint) -> CutoffPointResponse:
    return CutoffPointResponse(
        cutoff=point.cutoff,
        relevance=point.relevance,
        pairs=point.pairs,
        precision=EstimateResponse.of(point.precision),
        recall=EstimateResponse.of(point.recall),
    )
