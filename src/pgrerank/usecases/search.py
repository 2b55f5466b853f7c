"""Answer a query in two stages, within its budget, and record what was done."""

from uuid_utils.compat import uuid7

from pgrerank.domain import ids, order
from pgrerank.domain.candidate import Cut, Hit, Ranking, RerankReport, Retrieved
from pgrerank.domain.ids import RankingId, TenantId
from pgrerank.domain.request import SearchRequest, Strategy
from pgrerank.domain.stopwatch import Stopwatch
from pgrerank.ports import House
from pgrerank.usecases import second_stage
from pgrerank.usecases.second_stage import Reranked, Work

#: part of the budget kept back for writing the log and the answer, milliseconds
CLOSING_MS = 10


async def search(
    house: House, tenant_id: TenantId, collection_name: str, request: SearchRequest
) -> Ranking:
    """Embed, retrieve, rerank, record.

    Raises:
        NotFoundError: The tenant has no such collection.
        InvalidRequestError: A cascade was asked for, and the collection stores no token vectors.
        ConflictError: There is a dense leg, and the collection was embedded by another model.
        OverloadedError: The embedder's waiting line is full. (A full line at the reranker is no
            error: the fused order is returned with status `skipped`.)
        UnavailableError: Postgres or the embedder is not there.
    """
    watch = Stopwatch(house.clock.elapsed)
    collection = await house.documents.collection(tenant_id, collection_name)
    if _has_dense_leg(request):
        collection = collection.under(house.embedder.model)
    work = Work(
        tenant_id=tenant_id,
        collection=collection,
        request=request,
        late=second_stage.reader(house, collection, request),
        deadline=_deadline(request, watch.started),
    )
    with watch.stage("embed"):
        vector = await house.embedder.query(request.query) if _has_dense_leg(request) else None
    with watch.stage("retrieve"):
        found = await house.candidates.retrieve(
            tenant_id,
            collection,
            request,
            vector,
            token_model=work.token_model,
            embeddings=second_stage.needs_embeddings(house.scorer, work),
        )
    with watch.stage("rerank"):
        reranked = await second_stage.reranked(house.scorer, work, found.candidates, vector)
    ranking = _ranking(request, found, reranked, watch.finished())
    await house.rankings.record(tenant_id, collection, request, ranking)
    return ranking


def _has_dense_leg(request: SearchRequest) -> bool:
    return request.strategy is not Strategy.KEYWORD and bool(request.query.strip())


def _deadline(request: SearchRequest, started: float) -> float | None:
    if request.budget_ms is None:
        return None
    return started + (request.budget_ms - CLOSING_MS) / 1000


def _ranking(
    request: SearchRequest,
    found: Retrieved,
    reranked: Reranked,
    timings_ms: dict[str, float],
) -> Ranking:
    hits = order.reranked(
        found.candidates, reranked.scores, reranked.cascade_scores, reranked.evidence
    )
    kept = [hit for hit in hits if _passes(hit, request, reranked.report)]
    ranking_id = RankingId(uuid7())
    return Ranking(
        id=ranking_id,
        created_at=ids.created_at(ranking_id),
        hits=hits,
        results=tuple(kept[: request.limit]),
        cut=Cut(min_similarity=found.below_similarity, min_score=len(hits) - len(kept)),
        dense=found.dense,
        keyword=found.keyword,
        rerank=reranked.report,
        timings_ms=timings_ms,
        sparse=found.sparse,
    )


def _passes(hit: Hit, request: SearchRequest, report: RerankReport) -> bool:
    """A threshold judges scores. Where reranking gave none at all, it cuts nothing."""
    if request.min_score is None or report.depth == 0:
        return True
    return hit.rerank_score is not None and hit.rerank_score >= request.min_score
