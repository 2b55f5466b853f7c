"""Score texts against the query of a request, for both searches and supplied documents."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pgrerank.domain import field_boost, planning, relevance, term
from pgrerank.domain.calibration import CandidatePool
from pgrerank.domain.candidate import (
    CascadeReport,
    PairScore,
    Passage,
    RerankReport,
    RerankStatus,
)
from pgrerank.domain.collection import Collection
from pgrerank.domain.errors import OverloadedError, QuotaError, ScoringError
from pgrerank.domain.ids import TenantId
from pgrerank.domain.json import JsonObject
from pgrerank.domain.model import ModelCard
from pgrerank.domain.relevance import CalibrationContext, StoredCalibration
from pgrerank.domain.request import SearchRequest
from pgrerank.domain.rerank import RerankRequest
from pgrerank.ports.calibrations import Calibrations
from pgrerank.ports.scorer import Scorer

#: milliseconds of the budget that are reserved for writing the log and the answer
CLOSING_MS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class PairScoring:
    """Scores pairs of a request's query and texts, and interprets the scores."""

    tenant_id: TenantId
    #: the collection whose terms and calibration apply; None: supplied documents without one
    collection: Collection | None
    request: SearchRequest | RerankRequest
    calibrations: Calibrations
    #: instant of Clock.monotonic() by which scores are needed; None: no limit
    deadline: float | None
    #: from when ages of dates count; None: fields of metadata add nothing
    now: datetime | None = None

    async def scores(self, scorer: Scorer, passages: Sequence[Passage]) -> Sequence[PairScore]:
        """One score for each passage, in order. Raises as Scorer.score."""
        return await scorer.score(
            self.request.query, passages, deadline=self.deadline, tenant_id=self.tenant_id
        )

    def report(
        self,
        model: ModelCard,
        scores: Sequence[PairScore],
        cascade: CascadeReport | None = None,
    ) -> RerankReport:
        """The report of a rerank by this model with these scores."""
        return planning.report(model, scores, budget_ms=self.request.budget_ms, cascade=cascade)

    def boosts(
        self,
        texts: Sequence[str],
        scores: Sequence[PairScore],
        log_odds: Sequence[float | None] = (),
        metadata: Sequence[JsonObject] = (),
    ) -> Sequence[float]:
        """What terms and fields of the collection add to each score; empty: nothing.

        See term.boosts. Supplied documents have no metadata, so that only terms raise them.
        """
        if self.collection is None:
            return []
        weights: Sequence[float] = ()
        if metadata and self.now is not None:
            weights = field_boost.weights(self.collection.field_boosts, metadata, self.now)
        return term.boosts(self.collection.terms, texts, scores, log_odds, weights)

    async def calibration(self, model: ModelCard) -> CalibrationContext:
        """The calibration and the bounds that apply to scores of this model.

        Raises:
            ConflictError: A bound was requested, and no calibration of this model is stored.
            NotFoundError: There is no threshold of this name.
        """
        stored = await self.calibrations.running(
            self.tenant_id,
            self.collection,
            model,
            self.request.threshold,
            is_search=isinstance(self.request, SearchRequest),
        )
        return self.resolve_calibration(stored, model)

    def resolve_calibration(
        self, stored: StoredCalibration, model: ModelCard
    ) -> CalibrationContext:
        """As `calibration`, from what is stored."""
        request = self.request
        pool = CandidatePool.of(request) if isinstance(request, SearchRequest) else None
        return relevance.resolve_calibration(stored, request, model, pool=pool)


def deadline(budget_ms: int | None, started: float) -> float | None:
    """The instant by which scores are needed, on the clock of `started`; None without a budget."""
    return None if budget_ms is None else started + (budget_ms - CLOSING_MS) / 1000


def failure_report(error: OverloadedError | ScoringError) -> RerankReport:
    """The report of a rerank that raised this error: `skipped` if overloaded, else `failed`."""
    if isinstance(error, ScoringError):
        return no_rerank_report(RerankStatus.FAILED, error.reason)
    reason = "the reranker is at capacity"
    if isinstance(error, QuotaError):
        reason = f"the tenant's quota of {error.pairs_per_second} pairs a second is used up"
    return no_rerank_report(RerankStatus.SKIPPED, reason, error.retry_after_s)


def no_rerank_report(
    status: RerankStatus, reason: str, retry_after_s: int | None = None
) -> RerankReport:
    """The report of a request for which no pair was scored."""
    return RerankReport(
        status=status, reason=reason, scored=0, model=None, retry_after_s=retry_after_s
    )
