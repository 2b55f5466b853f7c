"""Order documents that the caller brings, and record what was done."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from uuid_utils.compat import uuid7

from pgrerank.domain import ids, planning, relevance, term
from pgrerank.domain import rerank as ranks
from pgrerank.domain.calibration import NOT_RERANKED
from pgrerank.domain.candidate import CutCounts, PairScore, Passage, RerankReport, RerankStatus
from pgrerank.domain.collection import Collection
from pgrerank.domain.errors import InvalidRequestError, OverloadedError, ScoringError
from pgrerank.domain.ids import RankingId, TenantId
from pgrerank.domain.offload import items, offload
from pgrerank.domain.relevance import CalibrationContext
from pgrerank.domain.rerank import RankedDocument, RerankOutcome, RerankRequest
from pgrerank.domain.stopwatch import Stopwatch
from pgrerank.ports import Scorer, Services
from pgrerank.usecases import second_stage
from pgrerank.usecases.search import CLOSING_MS


@dataclass(frozen=True, slots=True, kw_only=True)
class _Work:
    """A request with all it is answered by."""

    tenant_id: TenantId
    request: RerankRequest
    collection: Collection | None
    scorer: Scorer
    gauge: CalibrationContext
    #: instant of Clock.elapsed() by which to be done; None: take your time
    deadline: float | None


async def rank(services: Services, tenant_id: TenantId, request: RerankRequest) -> RerankOutcome:
    """Score the documents, order them, cut, record.

    Raises:
        NotFoundError: The tenant has no such collection or no such threshold.
        InvalidRequestError: There is no reranker of the name; or a document is too long for it,
            and the request says not to truncate.
        ConflictError: A cut was asked for that no calibration of the reranker stands for.
        OverloadedError: The reranker's waiting line is full, or the tenant's quota is used up.
        ScoringError: The reranker failed, or gave no document a score.
        UnavailableError: Postgres is not there.
    """
    watch = Stopwatch(services.clock.elapsed)
    with watch.stage("lookup"):
        work = await _work(services, tenant_id, request, watch)
    try:
        with watch.stage("rerank"):
            scores = await _scores(work)
    except (OverloadedError, ScoringError) as error:
        await _record(services, work, _refusal_outcome(error, watch.finished()))
        raise
    with watch.stage("order"):
        report = _report(work, scores)
        ranked = await offload(
            partial(_rerank_outcome, work, scores, report), items=len(request.documents)
        )
    with watch.stage("log"):
        ranked = await _record(services, work, replace(ranked, timings_ms=watch.finished()))
    if ranked.rerank.status is RerankStatus.FAILED:
        raise ScoringError("The reranker")
    return replace(ranked, timings_ms=watch.finished())


async def _work(
    services: Services, tenant_id: TenantId, request: RerankRequest, watch: Stopwatch
) -> _Work:
    collection = None
    if request.collection is not None:
        collection = await services.documents.collection(tenant_id, request.collection)
        services = services.serving(collection) if request.model is None else services
    scorer = services.reranker(request.model)
    running = await services.calibrations.running(
        tenant_id, collection, scorer.model, request.threshold
    )
    deadline = None
    if request.budget_ms is not None:
        deadline = watch.started + (request.budget_ms - CLOSING_MS) / 1000
    return _Work(
        tenant_id=tenant_id,
        request=request,
        collection=collection,
        scorer=scorer,
        gauge=relevance.resolve_calibration(running, request, scorer.model, pool=None),
        deadline=deadline,
    )


async def _record(services: Services, work: _Work, ranked: RerankOutcome) -> RerankOutcome:
    """What was recorded, with the id that the log gave it."""
    ranking_id = await services.rankings.record_brought(
        work.tenant_id, work.collection, work.request, ranked
    )
    return replace(ranked, id=ranking_id, created_at=ids.created_at(ranking_id))


def _refusal_outcome(
    error: OverloadedError | ScoringError, timings_ms: dict[str, float]
) -> RerankOutcome:
    """For the log alone: the caller gets the error. Without documents, so that refusals are cheap."""
    if isinstance(error, ScoringError):
        report = second_stage.not_reranked(RerankStatus.FAILED, error.reason)
    else:
        report = second_stage.not_reranked(RerankStatus.SKIPPED, second_stage.refusal(error))
    return _outcome(report, timings_ms)


def _report(work: _Work, scores: Sequence[PairScore]) -> RerankReport:
    return planning.report(work.scorer.model, scores, budget_ms=work.request.budget_ms)


async def _scores(work: _Work) -> Sequence[PairScore]:
    request = work.request
    scores = await work.scorer.score(
        request.query,
        await offload(
            partial(_passages, request), items=items(each.text for each in request.documents)
        ),
        deadline=work.deadline,
        tenant_id=work.tenant_id,
    )
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


def _rerank_outcome(
    work: _Work, scores: Sequence[PairScore], report: RerankReport
) -> RerankOutcome:
    request = work.request
    ordered = ranks.order_documents(request.documents, scores, _boosts(work, scores))
    documents = _with_relevance(work, ordered)
    was_scored = report.depth > 0
    # A threshold judges scores. Where there are none at all, it cuts nothing.
    kept, cut = (
        relevance.apply_bounds(documents, request, work.gauge)
        if was_scored
        else (documents, CutCounts())
    )
    return replace(
        _outcome(report, {}),
        documents=documents,
        results=kept[: request.effective_limit],
        cut=cut,
        tokens=sum(score.tokens for score in scores),
        calibration=work.gauge.applied if was_scored else NOT_RERANKED,
        answerable=work.gauge.answerable(documents),
    )


def _outcome(report: RerankReport, timings_ms: dict[str, float]) -> RerankOutcome:
    """One without documents."""
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


def _boosts(work: _Work, scores: Sequence[PairScore]) -> Sequence[float]:
    if work.collection is None:
        return []
    texts = [document.text for document in work.request.documents[: len(scores)]]
    return term.boosts(work.collection.terms, texts, scores, [])


def _with_relevance(work: _Work, ordered: Sequence[RankedDocument]) -> tuple[RankedDocument, ...]:
    """With their probabilities, and the scores that other systems show."""
    relevances = work.gauge.relevances([document.rerank_score for document in ordered])
    kind = work.scorer.model.score_kind
    return tuple(
        replace(
            document,
            relevance=relevance,
            display=ranks.display_score(document.deciding_score, kind)
            if relevance is None
            else relevance,
        )
        for document, relevance in zip(ordered, relevances, strict=True)
    )
