"""Answer a query in two stages, within its budget, and record what was done."""

from collections.abc import Sequence

from uuid_utils.compat import uuid7

from pgrerank.domain import ids, order, planning
from pgrerank.domain.candidate import (
    Candidate,
    Cut,
    Hit,
    PairScore,
    Passage,
    Ranking,
    RerankReport,
    RerankStatus,
    Retrieved,
)
from pgrerank.domain.collection import Collection
from pgrerank.domain.document import passage
from pgrerank.domain.errors import OverloadedError, ScoringError
from pgrerank.domain.ids import RankingId, TenantId
from pgrerank.domain.request import SearchRequest, Strategy
from pgrerank.domain.stopwatch import Stopwatch
from pgrerank.ports import House, Vector

#: part of the budget kept back for writing the log and the answer, milliseconds
CLOSING_MS = 10


async def search(
    house: House, tenant_id: TenantId, collection_name: str, request: SearchRequest
) -> Ranking:
    """Embed, retrieve, rerank, record.

    Raises:
        NotFoundError: The tenant has no such collection.
        ConflictError: There is a dense leg, and the collection was embedded by another model.
        OverloadedError: The embedder's waiting line is full. (A full line at the reranker is no
            error: the fused order is returned with status `skipped`.)
        UnavailableError: Postgres or the embedder is not there.
    """
    watch = Stopwatch(house.clock.elapsed)
    collection = await house.documents.collection(tenant_id, collection_name)
    with watch.stage("embed"):
        vector = await _embedded(house, collection, request)
    with watch.stage("retrieve"):
        found = await house.candidates.retrieve(tenant_id, collection, request, vector)
    with watch.stage("rerank"):
        scores, report = await _reranked(
            house, tenant_id, collection, request, found, watch.started
        )
    ranking = _ranking(request, found, scores, report, watch.finished())
    await house.rankings.record(tenant_id, collection, request, ranking)
    return ranking


async def _embedded(house: House, collection: Collection, request: SearchRequest) -> Vector | None:
    if request.strategy is Strategy.KEYWORD or not request.query.strip():
        return None
    collection.require_embedder(house.embedder.model)
    return await house.embedder.query(request.query)


async def _reranked(
    house: House,
    tenant_id: TenantId,
    collection: Collection,
    request: SearchRequest,
    found: Retrieved,
    started: float,
) -> tuple[Sequence[PairScore], RerankReport]:
    reason = planning.reason_to_skip(request, collection, len(found.candidates))
    if reason is not None:
        return [], _unranked(RerankStatus.SKIPPED, reason)
    head = found.candidates[: request.effective_depth]
    passages = [_passage(candidate) for candidate in head]
    try:
        scores = await house.scorer.score(
            request.query,
            passages,
            deadline=_deadline(request, started),
            tenant_id=tenant_id,
        )
    except OverloadedError:
        return [], _unranked(RerankStatus.SKIPPED, "the reranker is at capacity")
    except ScoringError:
        return [], _unranked(RerankStatus.FAILED, "the reranker failed")
    return scores, _report(house, request, scores)


def _passage(candidate: Candidate) -> Passage:
    text = passage(candidate.title, candidate.content or "")
    return Passage(text=text, content_hash=candidate.content_hash)


def _deadline(request: SearchRequest, started: float) -> float | None:
    if request.budget_ms is None:
        return None
    return started + (request.budget_ms - CLOSING_MS) / 1000


def _unranked(status: RerankStatus, reason: str) -> RerankReport:
    return RerankReport(status=status, reason=reason, depth=0, model=None)


def _report(house: House, request: SearchRequest, scores: Sequence[PairScore]) -> RerankReport:
    scored = sum(score.value is not None for score in scores)
    status, reason = planning.outcome(scored, len(scores), budget_ms=request.budget_ms)
    model = house.scorer.model
    return RerankReport(
        status=status,
        reason=reason,
        depth=scored,
        model=model.name if scored else None,
        fingerprint=model.fingerprint if scored else None,
    )


def _ranking(
    request: SearchRequest,
    found: Retrieved,
    scores: Sequence[PairScore],
    report: RerankReport,
    timings_ms: dict[str, float],
) -> Ranking:
    hits = order.reranked(found.candidates, scores)
    kept = [hit for hit in hits if _passes(hit, request, report)]
    ranking_id = RankingId(uuid7())
    return Ranking(
        id=ranking_id,
        created_at=ids.created_at(ranking_id),
        hits=hits,
        results=tuple(kept[: request.limit]),
        cut=Cut(min_similarity=found.below_similarity, min_score=len(hits) - len(kept)),
        dense=found.dense,
        keyword=found.keyword,
        rerank=report,
        timings_ms=timings_ms,
    )


def _passes(hit: Hit, request: SearchRequest, report: RerankReport) -> bool:
    """A threshold judges scores. Where reranking gave none at all, it cuts nothing."""
    if request.min_score is None or report.depth == 0:
        return True
    return hit.rerank_score is not None and hit.rerank_score >= request.min_score
