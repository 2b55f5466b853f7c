"""Search in two stages, within a time budget, and record the ranking."""

from dataclasses import replace
from functools import partial

from uuid_utils.compat import uuid7

from pgrerank.domain import crowding, ids, relevance, unknown_query
from pgrerank.domain.calibration import NOT_RERANKED
from pgrerank.domain.candidate import Retrieved, SearchOutcome
from pgrerank.domain.collection import Collection
from pgrerank.domain.ids import RankingId, TenantId
from pgrerank.domain.offload import offload
from pgrerank.domain.relevance import CalibrationContext, StoredCalibrations
from pgrerank.domain.request import RerankMode, SearchRequest
from pgrerank.domain.stopwatch import Stopwatch
from pgrerank.ports.services import Services
from pgrerank.usecases import pair_scoring, second_stage, spans, windows, wordings
from pgrerank.usecases.second_stage import Reranked, SecondStage


async def search(
    services: Services, tenant_id: TenantId, collection_name: str, request: SearchRequest
) -> SearchOutcome:
    """Embed the query, retrieve, rerank, apply bounds, and record the ranking.

    The timings of the answer include writing the record as the stage `log`; those in the record
    do not.

    Raises:
        NotFoundError: The tenant has no such collection or no such threshold.
        InvalidRequestError: The query is blank, or a cascade was requested and the collection
            stores no token vectors.
        ConflictError: There is a dense leg, and the collection was embedded by another model; or
            a bound on relevance was requested, and no calibration of the reranker is stored.
        OverloadedError: The embedder's queue is full. (If the reranker's queue is full, the fused
            order is returned with status `skipped`.)
        UnavailableError: Postgres or the embedder cannot be reached.
    """
    request.require_query()
    watch = Stopwatch(services.clock.monotonic)
    collection, outcome = await _search(services, tenant_id, collection_name, request, watch)
    if request.neighbours:
        with watch.stage("neighbours"):
            results = await windows.attach(
                services.candidates, tenant_id, outcome.results, request.neighbours
            )
        outcome = replace(outcome, results=results)
    if request.needs_spans:
        with watch.stage("spans"):
            outcome = await _with_spans(services, tenant_id, request, outcome, watch.started)
    with watch.stage("log"):
        ranking_id = await services.rankings.record(tenant_id, collection, request, outcome)
    return replace(
        outcome,
        id=ranking_id,
        created_at=ids.created_at(ranking_id),
        timings_ms=watch.timings(),
    )


async def _with_spans(
    services: Services,
    tenant_id: TenantId,
    request: SearchRequest,
    outcome: SearchOutcome,
    started: float,
) -> SearchOutcome:
    """The outcome with the spans of its results."""
    texts = [(each.candidate.title, each.candidate.content or "") for each in outcome.results]
    found = await spans.find(
        services.spans,
        request,
        texts,
        deadline=pair_scoring.deadline(request.budget_ms, started),
        tenant_id=tenant_id,
    )
    return replace(outcome, results=spans.attach(outcome.results, found), spans=found.report)


async def search_unlogged(
    services: Services, tenant_id: TenantId, collection_name: str, request: SearchRequest
) -> tuple[Collection, SearchOutcome]:
    """Search without a record in the log. Raises as `search`."""
    watch = Stopwatch(services.clock.monotonic)
    return await _search(services, tenant_id, collection_name, request, watch)


async def _search(
    services: Services,
    tenant_id: TenantId,
    collection_name: str,
    request: SearchRequest,
    watch: Stopwatch,
) -> tuple[Collection, SearchOutcome]:
    with watch.stage("lookup"):
        collection, stored = await _collection(services, tenant_id, collection_name, request)
        services = services.for_collection(collection)
        if request.has_dense_leg:
            collection = collection.under(services.embedder.model)
        deadline = pair_scoring.deadline(request.budget_ms, watch.started)
        stage = second_stage.of(services, tenant_id, collection, request, deadline)
        calibration = stage.calibration_of(stored)
    async with stage.reading_ahead():
        with watch.stage("embed"):
            vectors = await wordings.embed(services, request)
        with watch.stage("retrieve"):
            retrieved = await wordings.retrieve(
                services, tenant_id, collection, request, vectors=vectors, needs=stage.needs
            )
        with watch.stage("rerank"):
            reranked = await stage.rerank(retrieved.candidates, vectors[0])
    with watch.stage("order"):
        outcome = await offload(
            partial(_outcome, request, retrieved, reranked, calibration),
            items=_compared(request, retrieved),
        )
        warnings = _warnings(services, request, stage, outcome)
    return collection, replace(outcome, warnings=warnings, timings_ms=watch.timings())


async def _collection(
    services: Services, tenant_id: TenantId, name: str, request: SearchRequest
) -> tuple[Collection, StoredCalibrations]:
    """The collection, with what is stored for its results if they may be reranked."""
    if request.rerank is RerankMode.NEVER:
        return await services.collections.by_name(tenant_id, name), StoredCalibrations()
    return await services.calibrations.of_search(tenant_id, name, request.threshold)


def _warnings(
    services: Services, request: SearchRequest, stage: SecondStage, outcome: SearchOutcome
) -> tuple[str, ...]:
    """Warnings about models in use, and legs, that cannot read the query."""
    shares: dict[str, float] = {}
    dense: float | None = None
    if request.has_dense_leg:
        dense = services.embedder.unknown_share(request.query)
        shares[services.embedder.model.name] = dense
    if outcome.rerank.model is not None:
        shares[outcome.rerank.model] = stage.unknown_share()
    scan = outcome.keyword.scan if outcome.keyword and not outcome.sparse else None
    return unknown_query.warnings(shares) + unknown_query.leg_warnings(scan, dense)


def _outcome(
    request: SearchRequest,
    retrieved: Retrieved,
    reranked: Reranked,
    calibration: CalibrationContext,
) -> SearchOutcome:
    hits = crowding.diversified(
        calibration.with_relevance(reranked.ordered(retrieved.candidates)), request.diversity
    )
    was_scored = reranked.report.scored > 0
    passing, cut = relevance.apply_bounds(hits, request, calibration, scored=was_scored)
    kept, crowded = crowding.best_of_documents(passing, request.per_document)
    removed = {"min_similarity": retrieved.below_similarity, "per_document": len(crowded)}
    ranking_id = RankingId(uuid7())
    return SearchOutcome(
        id=ranking_id,
        created_at=ids.created_at(ranking_id),
        hits=hits,
        results=kept[: request.limit],
        cut=replace(cut, **removed),
        dense=retrieved.dense,
        keyword=retrieved.keyword,
        rerank=reranked.report,
        timings_ms={},
        sparse=retrieved.sparse,
        calibration=calibration.applied if was_scored else NOT_RERANKED,
        answerable=calibration.answerable(hits),
        diversity=crowding.applied_diversity(hits, request.diversity),
        crowded_ranks=tuple(crowded),
    )


def _compared(request: SearchRequest, retrieved: Retrieved) -> int:
    """Number of candidates that are compared with each other, as items of `offload`."""
    return min(request.effective_depth, len(retrieved.candidates)) if request.diversity else 0
