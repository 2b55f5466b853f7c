"""Requests and responses of calibrations."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from msgspec import Meta, Struct

from pgrerank.api.v1.schema.judgments import Grade, Text
from pgrerank.api.v1.schema.requests import CollectionName, Sent
from pgrerank.api.v1.schema.responses import NextCursor
from pgrerank.domain import calibration as calibrations
from pgrerank.domain import request as knobs
from pgrerank.domain.calibration import Method, Unjudged
from pgrerank.domain.judgment import HIGHEST_GRADE, RELEVANT
from pgrerank.domain.page import Page
from pgrerank.domain.request import RerankMode, SearchRequest, Strategy
from pgrerank.usecases.calibration.calibrate import GivenPair
from pgrerank.usecases.calibration.judged_pairs import CalibrationPlan, ScoreSource

MAX_PAIRS = 10_000


class _Answer(Struct, frozen=True, kw_only=True):
    pass


class JudgedText(Sent, frozen=True, kw_only=True):
    """A judged pair of query and text in the request. The reranker scores it now."""

    query: Text
    text: Text
    grade: Grade


class NewCalibration(Sent, frozen=True, kw_only=True):
    """Settings of a new calibration."""

    collection: Annotated[
        CollectionName | None,
        Meta(description="Null: all collections of the tenant, from all their judgments."),
    ] = None
    strategy: Strategy = Strategy.HYBRID
    candidates: Annotated[int, Meta(ge=1, le=knobs.MAX_CANDIDATES)] = 100
    depth: Annotated[
        int,
        Meta(
            ge=1,
            le=knobs.MAX_DEPTH,
            description="Chunks that are reranked. Use the value of the searches it is for.",
        ),
    ] = 50
    cascade: Annotated[
        Annotated[int, Meta(ge=0, le=knobs.MAX_DEPTH)] | None,
        Meta(
            description="Candidates that the reranker reads, the best by late interaction; "
            "0: late interaction alone."
        ),
    ] = None
    unjudged: Annotated[
        Unjudged,
        Meta(description="`skip` results without a judgment, or count them as `irrelevant`."),
    ] = Unjudged.SKIP
    source: Annotated[
        ScoreSource,
        Meta(description="`search`: search each judged query now. `log`: use logged scores."),
    ] = ScoreSource.SEARCH
    method: Annotated[
        Method | None, Meta(description="Default: the method with the lowest held-out log loss.")
    ] = None
    relevant_from: Annotated[
        int,
        Meta(ge=RELEVANT, le=HIGHEST_GRADE, description="Lowest grade that counts as relevant."),
    ] = RELEVANT
    pairs: Annotated[
        Annotated[list[JudgedText], Meta(min_length=1, max_length=MAX_PAIRS)] | None,
        Meta(description="Pairs to fit to instead of the stored judgments."),
    ] = None

    def plan(self) -> CalibrationPlan:
        """The settings as a domain value."""
        return CalibrationPlan(
            request=SearchRequest(
                query="",
                strategy=self.strategy,
                candidates=self.candidates,
                depth=self.depth,
                cascade=self.cascade,
                rerank=RerankMode.ALWAYS,
            ),
            unjudged=self.unjudged,
            source=self.source,
            method=self.method,
            relevant_from=self.relevant_from,
        )

    def given_pairs(self) -> list[GivenPair]:
        """The pairs in the request."""
        return [
            GivenPair(query=pair.query, text=pair.text, grade=pair.grade)
            for pair in self.pairs or []
        ]


class EstimateResponse(_Answer, frozen=True, kw_only=True):
    """An estimate with its 95 % confidence interval over queries."""

    value: float
    low: float
    high: float

    @classmethod
    def of(cls, estimate: calibrations.IntervalEstimate) -> Self:
        """Response for an estimate."""
        return cls(value=estimate.value, low=estimate.low, high=estimate.high)


class ReliabilityBinResponse(_Answer, frozen=True, kw_only=True):
    """A bin of pairs with similar predicted probability."""

    predicted: float
    observed: float
    pairs: int


class CutoffPointResponse(_Answer, frozen=True, kw_only=True):
    """Precision and recall if results below these log-odds are cut."""

    cutoff: float
    relevance: float
    pairs: int
    precision: EstimateResponse
    recall: EstimateResponse


class CalibrationCurveResponse(_Answer, frozen=True, kw_only=True):
    """The curve from log-odds to probability. The docs explain each method's coefficients."""

    method: Method
    coefficients: Sequence[float]
    scores: Sequence[float]
    probabilities: Sequence[float]


class SearchScaleResponse(_Answer, frozen=True, kw_only=True):
    """Log-odds of the candidates of a search."""

    base: Annotated[
        float,
        Meta(
            description="Of an average candidate of a search whose best raw score is `center`. "
            "The base of a search is `base` + `level` x (its best raw score - `center`)."
        ),
    ]
    factor: Annotated[
        float, Meta(description="What the other parts and the boost are multiplied by.")
    ]
    level: Annotated[float, Meta(description="For each unit of the best raw score.")]
    center: float


class DocumentScaleResponse(_Answer, frozen=True, kw_only=True):
    """Log-odds of a supplied document: `base` + `slope` x its raw score."""

    base: float
    slope: float


class CalibrationResponse(_Answer, frozen=True, kw_only=True):
    """A fitted calibration."""

    id: UUID
    created_at: datetime | None
    collection: Annotated[
        str | None, Meta(description="Null: it applies to all collections of the tenant.")
    ]
    reranker: str
    reranker_fingerprint: Annotated[
        str, Meta(description="It applies to scores of this reranker only.")
    ]
    searches: Annotated[
        SearchScaleResponse | None,
        Meta(description="Null: it was fitted to supplied pairs and applies to no search."),
    ]
    documents: Annotated[
        DocumentScaleResponse | None,
        Meta(description="Null: it does not apply to supplied documents."),
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
    ece_uncalibrated: Annotated[
        EstimateResponse,
        Meta(
            description="The same without calibration: of the log-odds of the model that ships, "
            "or of the sigmoid of raw scores."
        ),
    ]
    tried: Annotated[
        Mapping[str, float], Meta(description="Held-out log loss of each method that was tried.")
    ]
    bins: list[ReliabilityBinResponse]
    precision_at: Annotated[
        list[EstimateResponse], Meta(description="Precision at k, for k from 1.")
    ]
    warnings: Sequence[str]
    points: Annotated[
        list[CutoffPointResponse] | None,
        Meta(description="Cut-offs from strict to loose. Null in listings."),
    ] = None

    @classmethod
    def of(cls, fitted: calibrations.Fitted, *, whole: bool) -> Self:
        """Response for a calibration, with its cut-off points if `whole`."""
        quality = fitted.quality
        figures = {
            name: EstimateResponse.of(getattr(quality, name))
            for name in ("brier", "log_loss", "ece", "ece_uncalibrated")
        }
        plain = (
            "id created_at collection reranker unjudged relevant_from queries pairs positives "
            "warnings"
        )
        return cls(
            reranker_fingerprint=fitted.fingerprint,
            searches=fitted.searches and SearchScaleResponse(**asdict(fitted.searches)),
            documents=fitted.documents and DocumentScaleResponse(**asdict(fitted.documents)),
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
        """Response for a page."""
        items = [CalibrationResponse.of(item, whole=False) for item in page.items]
        return cls(items=items, cursor=page.cursor)


def _point(point: calibrations.CutoffPoint) -> CutoffPointResponse:
    return CutoffPointResponse(
        cutoff=point.cutoff,
        relevance=point.relevance,
        pairs=point.pairs,
        precision=EstimateResponse.of(point.precision),
        recall=EstimateResponse.of(point.recall),
    )
