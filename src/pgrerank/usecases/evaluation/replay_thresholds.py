"""Compare the effect of other thresholds on replayed searches with that of the logged ones."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import fmean

from pgrerank.domain import crowding, order, relevance
from pgrerank.domain.explanation import cut_by
from pgrerank.domain.ids import ChunkId, TenantId
from pgrerank.domain.judgment import RELEVANT
from pgrerank.domain.relevance import CalibrationContext
from pgrerank.domain.request import SearchRequest
from pgrerank.ports.services import Services
from pgrerank.usecases import second_stage
from pgrerank.usecases.evaluation.replay import (
    Replay,
    ReplayPlan,
    grades_by_query,
    replayed_request,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ThresholdOverrides:
    """Bounds on results that replace those of the search. See SearchRequest."""

    min_score: float | None = None
    min_relevance: float | None = None
    threshold: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ThresholdEffect:
    """The results that thresholds leave of searches."""

    #: mean number of results per search, without a limit
    results: float
    #: number of searches without results
    empty: int
    #: share of the judged results that are relevant, 0..1; None: none was judged
    precision: float | None
    #: share of the relevant candidates that are among the results, 0..1; None: there are none
    relevant: float | None


async def apply_thresholds(
    services: Services,
    tenant_id: TenantId,
    replayed: Replay,
    plan: ReplayPlan,
    cuts: ThresholdOverrides,
) -> Replay:
    """The replay without removed results: `before` by the search's own bounds, `after` by `cuts`.

    `per_document` of the search applies to both.

    As in a search, nothing is removed if nothing was scored.

    Raises:
        NotFoundError: There is no threshold of that name, or the collection was deleted.
        ConflictError: The reranker has no calibration for a bound on relevance.
    """
    ranking = replayed.ranking
    request = replace(
        replayed_request(ranking, plan),
        min_score=cuts.min_score,
        min_relevance=cuts.min_relevance,
        threshold=cuts.threshold,
    )
    after = replayed.after
    if replayed.rerank.scored:
        calibration = await _calibration(services, tenant_id, replayed, request)
        known = calibration.with_relevance(order.by_scores(replayed.hits))
        hits = sorted(known, key=lambda hit: hit.rank)
        passing, _ = relevance.apply_bounds(hits, request, calibration)
        kept, _ = crowding.best_of_documents(passing, request.per_document)
        after = tuple(hit.candidate.chunk_id for hit in kept)
    uncut = {each.chunk_id for each in ranking.candidates if cut_by(ranking, each) is None}
    before = tuple(chunk for chunk in replayed.before if chunk in uncut)
    return replace(replayed, before=before, after=after)


async def summarise(
    services: Services, tenant_id: TenantId, replays: Sequence[Replay]
) -> tuple[ThresholdEffect, ThresholdEffect]:
    """Effects of the logged and of the new bounds on at least one replay, by current judgments."""
    grades: dict[str, Mapping[str, Mapping[str, int]]] = {}
    for name in {each.ranking.searched for each in replays}:
        grades[name] = await grades_by_query(services, tenant_id, name)
    judged = [grades[each.ranking.searched].get(each.ranking.query, {}) for each in replays]
    before = _summarise(replays, [each.before for each in replays], judged)
    return before, _summarise(replays, [each.after for each in replays], judged)


async def _calibration(
    services: Services, tenant_id: TenantId, replayed: Replay, request: SearchRequest
) -> CalibrationContext:
    collection = await services.collections.by_name(tenant_id, replayed.ranking.searched)
    services = services.for_collection(collection)
    return await second_stage.of(services, tenant_id, collection, request).calibration()


def _summarise(
    replays: Sequence[Replay],
    results: Sequence[Sequence[ChunkId]],
    judged: Sequence[Mapping[str, int]],
) -> ThresholdEffect:
    relevant_found: list[bool] = []
    relevant = 0
    for replayed, kept, grades in zip(replays, results, judged, strict=True):
        names = replayed.documents
        told = {names[chunk] for chunk in kept} & grades.keys()
        relevant_found += [grades[name] >= RELEVANT for name in told]
        relevant += sum(grades.get(name, 0) >= RELEVANT for name in {*names.values()})
    return ThresholdEffect(
        results=fmean(map(len, results)),
        empty=sum(not kept for kept in results),
        precision=fmean(relevant_found) if relevant_found else None,
        relevant=sum(relevant_found) / relevant if relevant else None,
    )
