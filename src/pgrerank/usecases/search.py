"""Answer a query in two stages, within its budget, and record what was done."""

from dataclasses import replace

from uuid_utils.compat import uuid7

from pgrerank.domain import ids, order, relevance
from pgrerank.domain.calibration import NOT_RERANKED, CandidatePool
from pgrerank.domain.candidate import CutCounts, Retrieved, SearchOutcome
from pgrerank.domain.collection import Collection
from pgrerank.domain.ids import RankingId, TenantId
from pgrerank.domain.relevance import CalibrationContext
from pgrerank.domain.request import RerankMode, SearchRequest
from pgrerank.domain.stopwatch import Stopwatch
from pgrerank.ports import Services
from pgrerank.usecases import second_stage
from pgrerank.usecases.second_stage import Reranked, Work

#: part of the budget kept back for writing the log and the answer, milliseconds
CLOSING_MS = 10


async def search(
    services: Services, tenant_id: TenantId, collection_name: str, request: SearchRequest
) -> SearchOutcome:
    """Embed, retrieve, rerank, cut, record.

    The answer tells the time of the record as the stage `log`; the record itself cannot.

    Raises:
        NotFoundError: The tenant has no such collection or no such threshold.
        InvalidRequestError: The query is blank, or a cascade was asked for, and the collection stores no token vectors.
        ConflictError: There is a dense leg, and the collection was embedded by another model; or
            a cut was asked for that no calibration of the reranker stands for.
        OverloadedError: The embedder's waiting line is full. (A full line at the reranker is no
            error: the fused order is returned with status `skipped`.)
        UnavailableError: Postgres or the embedder is not there.
    """
    request.require_query()
    watch = Stopwatch(services.clock.elapsed)
    collection, ranking = await _ranked(services, tenant_id, collection_name, request, watch)
    with watch.stage("log"):
        ranking_id = await services.rankings.record(tenant_id, collection, request, ranking)
    return replace(
        ranking,
        id=ranking_id,
        created_at=ids.created_at(ranking_id),
        timings_ms=watch.finished(),
    )


async def search_unlogged(
    services: Services, tenant_id: TenantId, collection_name: str, request: SearchRequest
) -> tuple[Collection, SearchOutcome]:
    """All of a search but its record in the log. Raises as it does."""
    watch = Stopwatch(services.clock.elapsed)
    return await _ranked(services, tenant_id, collection_name, request, watch)


async def _ranked(
    services: Services,
    tenant_id: TenantId,
    collection_name: str,
    request: SearchRequest,
    watch: Stopwatch,
) -> tuple[Collection, SearchOutcome]:
    with watch.stage("lookup"):
        collection = await services.documents.collection(tenant_id, collection_name)
        services, work = _work(services, tenant_id, collection, request, watch)
        gauge = await _gauge(services, work)
    with watch.stage("embed"):
        vector = await services.embedder.query(request.query) if request.has_dense_leg else None
    with watch.stage("retrieve"):
        found = await services.candidates.retrieve(
            tenant_id,
            work.collection,
            request,
            vector,
            token_model=work.token_model,
            embeddings=second_stage.needs_embeddings(services.scorer, work),
        )
    with watch.stage("rerank"):
        reranked = await second_stage.rerank(services.scorer, work, found.candidates, vector)
    with watch.stage("order"):
        ranking = _ranking(request, found, reranked, gauge)
    return work.collection, replace(ranking, timings_ms=watch.finished())


def _work(
    services: Services,
    tenant_id: TenantId,
    collection: Collection,
    request: SearchRequest,
    watch: Stopwatch,
) -> tuple[Services, Work]:
    """A request with all that it is answered by, and the services with the models of the collection."""
    services = services.serving(collection)
    if request.has_dense_leg:
        collection = collection.under(services.embedder.model)
    return services, Work(
        tenant_id=tenant_id,
        collection=collection,
        request=request,
        late=second_stage.reader(services, collection, request),
        deadline=_deadline(request, watch.started),
    )


async def _gauge(services: Services, work: Work) -> CalibrationContext:
    if work.request.rerank is RerankMode.NEVER:
        return CalibrationContext()
    model = second_stage.last(services.scorer, work).model
    running = await services.calibrations.running(
        work.tenant_id, work.collection, model, work.request.threshold
    )
    return relevance.resolve_calibration(
        running, work.request, model, pool=CandidatePool.of(work.request)
    )


def _deadline(request: SearchRequest, started: float) -> float | None:
    if request.budget_ms is None:
        return None
    return started + (request.budget_ms - CLOSING_MS) / 1000


def _ranking(
    request: SearchRequest,
    found: Retrieved,
    reranked: Reranked,
    gauge: CalibrationContext,
) -> SearchOutcome:
    hits = gauge.of(
        order.final_order(
            found.candidates,
            reranked.scores,
            reranked.cascade_scores,
            reranked.evidence,
            reranked.boosts,
        )
    )
    was_scored = reranked.report.depth > 0
    # A threshold judges scores. Where reranking gave none at all, it cuts nothing.
    kept, cut = relevance.apply_bounds(hits, request, gauge) if was_scored else (hits, CutCounts())
    ranking_id = RankingId(uuid7())
    return SearchOutcome(
        id=ranking_id,
        created_at=ids.created_at(ranking_id),
        hits=hits,
        results=kept[: request.limit],
        cut=replace(cut, min_similarity=found.below_similarity),
        dense=found.dense,
        keyword=found.keyword,
        rerank=reranked.report,
        timings_ms={},
        sparse=found.sparse,
        calibration=gauge.applied if was_scored else NOT_RERANKED,
        answerable=gauge.answerable(hits),
    )
