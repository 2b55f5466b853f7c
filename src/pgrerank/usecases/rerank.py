"""Rerank documents that the caller supplies, and record the ranking."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from uuid_utils.compat import uuid7

from pgrerank.domain import ids, relevance, unknown_query
from pgrerank.domain import rerank as ranks
from pgrerank.domain.calibration import NOT_RERANKED
from pgrerank.domain.candidate import CutCounts, PairScore, Passage, RerankReport, RerankStatus
from pgrerank.domain.errors import InvalidRequestError, OverloadedError, ScoringError
from pgrerank.domain.ids import RankingId, TenantId
from pgrerank.domain.offload import items, offload
from pgrerank.domain.relevance import CalibrationContext
from pgrerank.domain.rerank import RankedDocument, RerankOutcome, RerankRequest
from pgrerank.domain.stopwatch import Stopwatch
from pgrerank.ports.scorer import Scorer
from pgrerank.ports.services import Services
from pgrerank.usecases import spans
from pgrerank.usecases.pair_scoring import PairScoring, deadline, failure_report


@dataclass(frozen=True, slots=True, kw_only=True)
class _PreparedRerank:
    """A request with its scorer and calibration."""

    request: RerankRequest
    scorer: Scorer
    scoring: PairScoring
    calibration: CalibrationContext


async def rerank(services: Services, tenant_id: TenantId, request: RerankRequest) -> RerankOutcome:
    """Score the documents, order them, apply bounds, and record the ranking.

    Raises:
        NotFoundError: The tenant has no such collection or no such threshold.
        InvalidRequestError: There is no reranker of this name; or a document is too long for it,
            and `truncate` is false.
        ConflictError: A bound on relevance was requested, and no calibration of the reranker is
            stored.
        OverloadedError: The reranker's queue is full, or the tenant's quota is used up.
        ScoringError: The reranker failed or scored no document.
        UnavailableError: Postgres cannot be reached.
    """
    watch = Stopwatch(services.clock.monotonic)
    with watch.stage("lookup"):
        prepared = await _prepare(services, tenant_id, request, watch.started)
    try:
        with watch.stage("rerank"):
            scores = await _scores(prepared)
    except (OverloadedError, ScoringError) as error:
        # Recorded without documents, so that refusals are cheap.
        await _record(services, prepared, _outcome(failure_report(error), watch.timings()))
        raise
    with watch.stage("order"):
        outcome = await offload(
            partial(_scored_outcome, prepared, scores), items=len(request.documents)
        )
    if request.needs_spans:
        with watch.stage("spans"):
            outcome = await _with_spans(services, prepared, outcome)
    with watch.stage("log"):
        outcome = await _record(services, prepared, replace(outcome, timings_ms=watch.timings()))
    if outcome.rerank.status is RerankStatus.FAILED:
        raise ScoringError("The reranker")
    return replace(outcome, timings_ms=watch.timings())


async def _prepare(
    services: Services, tenant_id: TenantId, request: RerankRequest, started: float
) -> _PreparedRerank:
    collection = None
    if request.collection is not None:
        collection = await services.collections.by_name(tenant_id, request.collection)
        services = services.for_collection(collection) if request.model is None else services
    scorer = services.reranker(request.model)
    scoring = PairScoring(
        tenant_id=tenant_id,
        collection=collection,
        request=request,
        calibrations=services.calibrations,
        deadline=deadline(request.budget_ms, started),
    )
    calibration = await scoring.calibration(scorer.model)
    return _PreparedRerank(request=request, scorer=scorer, scoring=scoring, calibration=calibration)


async def _record(
    services: Services, prepared: _PreparedRerank, outcome: RerankOutcome
) -> RerankOutcome:
    """Record the outcome; return it with the id from the log."""
    ranking_id = await services.rankings.record_supplied(
        prepared.scoring.tenant_id, prepared.scoring.collection, prepared.request, outcome
    )
    return replace(outcome, id=ranking_id, created_at=ids.created_at(ranking_id))


async def _with_spans(
    services: Services, prepared: _PreparedRerank, outcome: RerankOutcome
) -> RerankOutcome:
    """The outcome with the spans of its results."""
    found = await spans.find(
        services.spans,
        prepared.request,
        [("", each.document.text) for each in outcome.results],
        deadline=prepared.scoring.deadline,
        tenant_id=prepared.scoring.tenant_id,
    )
    return replace(outcome, results=spans.attach(outcome.results, found), spans=found.report)


async def _scores(prepared: _PreparedRerank) -> Sequence[PairScore]:
    request = prepared.request
    passages = await offload(
        partial(_passages, request), items=items(each.text for each in request.documents)
    )
    scores = await prepared.scoring.scores(prepared.scorer, passages)
    if not request.truncate:
        _require_whole(scores)
    return scores


def _passages(request: RerankRequest) -> list[Passage]:
    return [document.passage for document in request.documents[: request.effective_depth]]


def _require_whole(scores: Sequence[PairScore]) -> None:
    too_long = next((index for index, score in enumerate(scores) if score.truncated), None)
    if too_long is not None:
        raise InvalidRequestError(
            f"documents[{too_long}]",
            "is, with the query, longer than the reranker reads, and `truncate` is false",
        )


def _scored_outcome(prepared: _PreparedRerank, scores: Sequence[PairScore]) -> RerankOutcome:
    request, calibration = prepared.request, prepared.calibration
    report = prepared.scoring.report(prepared.scorer.model, scores)
    texts = [document.text for document in request.documents[: len(scores)]]
    boosts = prepared.scoring.boosts(texts, scores)
    documents = _with_relevance(prepared, ranks.order_documents(request.documents, scores, boosts))
    was_scored = report.scored > 0
    passing, cut = relevance.apply_bounds(documents, request, calibration, scored=was_scored)
    return replace(
        _outcome(report, {}),
        documents=documents,
        results=passing[: request.effective_limit],
        cut=cut,
        tokens=sum(score.tokens for score in scores),
        calibration=calibration.applied if was_scored else NOT_RERANKED,
        answerable=calibration.answerable(documents),
        warnings=unknown_query.warnings(
            {prepared.scorer.model.name: prepared.scorer.unknown_share(request.query)}
        ),
    )


def _outcome(report: RerankReport, timings_ms: dict[str, float]) -> RerankOutcome:
    """An outcome without documents."""
    ranking_id = RankingId(uuid7())
    return RerankOutcome(
        id=ranking_id,
        created_at=ids.created_at(ranking_id),
        documents=(),
        results=(),
        cut=CutCounts(),
        rerank=report,
        timings_ms=timings_ms,
        calibration=NOT_RERANKED,
    )


def _with_relevance(
    prepared: _PreparedRerank, ordered: Sequence[RankedDocument]
) -> tuple[RankedDocument, ...]:
    """The documents with their probabilities and display scores."""
    return ranks.with_display_scores(
        prepared.calibration.with_relevance(ordered), prepared.scorer.model.score_kind
    )
