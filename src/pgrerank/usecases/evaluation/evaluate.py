"""Measure the ranking on judged queries, with the same pipeline as real searches."""

from collections import Counter
from collections.abc import AsyncIterator, Container, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from statistics import fmean
from typing import Any

import numpy as np
from uuid_utils.compat import uuid7

from pgrerank.domain import evaluation, ids, measures, order, significance
from pgrerank.domain.candidate import Hit, RerankStatus, SearchOutcome
from pgrerank.domain.collection import Collection
from pgrerank.domain.errors import NotFoundError
from pgrerank.domain.evaluation import (
    MEASURES,
    OF_FIRST_STAGE,
    Contexts,
    EvaluatedQuery,
    Evaluation,
    EvaluationId,
    FirstResults,
    Question,
)
from pgrerank.domain.ids import ChunkId, RankingId, TenantId
from pgrerank.domain.judgment import RELEVANT
from pgrerank.domain.log import LoggedRanking, RankingFilter
from pgrerank.domain.measures import Qrels, Run
from pgrerank.domain.model import ModelCard
from pgrerank.domain.page import Page
from pgrerank.domain.request import RerankMode, SearchRequest, Strategy
from pgrerank.domain.rerank import RerankOutcome, RerankRequest
from pgrerank.domain.significance import Difference
from pgrerank.ports.rankings import Rankings
from pgrerank.ports.services import Services
from pgrerank.usecases.search import search

#: number of external ids that are stored for each answer
MAX_NAMED = 100
_RERANKED = (RerankStatus.FULL, RerankStatus.PARTIAL)
STORED = "stored"
#: number of results whose documents are counted
FIRST = 10
#: the parts of the log-odds that an ablation leaves out
ABLATED = ("reranker", "similarity", "words", "agreement", "boost")


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationPlan:
    """What to evaluate."""

    tenant_id: TenantId
    collection: Collection
    questions: Sequence[Question]
    #: the search; its query is ignored
    request: SearchRequest
    #: source of the judgments
    judgments: str = STORED
    label: str | None = None
    #: also order the results without each part of the log-odds, for `worth_of_parts`
    ablate: bool = False
    #: also keep the texts of results and of relevant documents
    contexts: bool = False


async def answers(services: Services, plan: EvaluationPlan) -> AsyncIterator[EvaluatedQuery]:
    """Search for each question in turn. Raises as `search`."""
    for question in plan.questions:
        request = replace(plan.request, query=question.query)
        ranking = await search(services, plan.tenant_id, plan.collection.name, request)
        answer = evaluate_question(
            question, ranking.hits, ranking.rerank.status, ranking.timings_ms["total"]
        )
        answer = replace(answer, answered=_first_results(question, ranking.results))
        if plan.contexts:
            contexts = await _contexts(services, plan, question, ranking.results)
            answer = replace(answer, contexts=contexts)
        yield (
            replace(answer, ablated_grades=_ablated_grades(question, ranking.hits))
            if plan.ablate
            else answer
        )


def of_answers(
    services: Services, plan: EvaluationPlan, evaluated: Sequence[EvaluatedQuery]
) -> Evaluation:
    """The evaluation of answered questions, of which there must be at least one."""
    evaluation_id = EvaluationId(uuid7())
    times = [each.total_ms for each in evaluated]
    embedder, reranker = models(services, plan)
    return Evaluation(
        id=evaluation_id,
        created_at=ids.created_at(evaluation_id),
        collection=plan.collection.name,
        label=evaluation.validate_label(plan.label),
        judgments=plan.judgments,
        strategy=plan.request.strategy,
        knobs=_knobs(plan),
        embedder=embedder and embedder.name,
        reranker=reranker and reranker.name,
        reranker_fingerprint=reranker and reranker.fingerprint,
        queries=len(evaluated),
        metrics={name: fmean(each.metrics[name] for each in evaluated) for name in MEASURES},
        p50_ms=round(float(np.percentile(times, 50)), 1),
        p95_ms=round(float(np.percentile(times, 95)), 1),
        statuses=Counter(each.status for each in evaluated),
        answers=tuple(evaluated),
    )


async def evaluate(services: Services, plan: EvaluationPlan) -> Evaluation:
    """Search for all questions without logging, and store the evaluation.

    Raises:
        InvalidRequestError: The label is invalid.
        ConflictError, OverloadedError, UnavailableError: As a search.
    """
    evaluation.validate_label(plan.label)
    silent = without_log(services)
    measured = of_answers(services, plan, [answer async for answer in answers(silent, plan)])
    await store(services, plan, measured)
    return measured


async def store(services: Services, plan: EvaluationPlan, evaluation: Evaluation) -> None:
    """Store an evaluation. Raises ConflictError if the collection was deleted in the meantime."""
    await services.evaluations.save(
        plan.tenant_id, plan.collection, evaluation, models(services, plan)
    )


def first_results(evaluation: Evaluation) -> FirstResults | None:
    """Means over the queries; None if the evaluation was read from the store or is of a replay."""
    answered = [each.answered for each in evaluation.answers if each.answered is not None]
    if not answered:
        return None
    return FirstResults(
        documents=fmean(each.documents for each in answered),
        ndcg=fmean(each.ndcg for each in answered),
    )


def gain_of_reranking(evaluation: Evaluation) -> Difference | None:
    """Gain of nDCG@10 from the first stage to the answer, over the reranked queries.

    None if no query was reranked.
    """
    reranked = [each for each in evaluation.answers if each.status in _RERANKED]
    if not reranked:
        return None
    before, after = (
        [ndcg(getattr(each, name), each.judged_grades) for each in reranked]
        for name in ("first_stage_grades", "grades")
    )
    return significance.paired_difference(before, after)


def worth_of_parts(evaluation: Evaluation) -> dict[str, Difference]:
    """Gain of nDCG@10 by each part of the log-odds: from the order without it to the full order.

    Over the reranked queries of a plan with `ablate`; empty if there are none.
    """
    reranked = [each for each in evaluation.answers if each.ablated_grades]
    full = [ndcg(each.grades, each.judged_grades) for each in reranked]
    return {
        part: significance.paired_difference(
            [ndcg(each.ablated_grades[part], each.judged_grades) for each in reranked], full
        )
        for part in (ABLATED if reranked else ())
    }


def _first_results(question: Question, results: Sequence[Hit]) -> FirstResults:
    names = [hit.candidate.external_id for hit in results[:FIRST]]
    is_first = [name not in names[:place] for place, name in enumerate(names)]
    grades = [
        question.grades.get(name) if new else None
        for name, new in zip(names, is_first, strict=True)
    ]
    return FirstResults(documents=sum(is_first), ndcg=ndcg(grades, tuple(question.grades.values())))


async def _contexts(
    services: Services, plan: EvaluationPlan, question: Question, results: Sequence[Hit]
) -> Contexts:
    relevant = [name for name, grade in question.grades.items() if grade >= RELEVANT]
    reference: list[str] = []
    for name in relevant:
        with suppress(NotFoundError):  # judged, but deleted since, or never ingested
            found = await services.documents.get(plan.tenant_id, plan.collection, name)
            reference.extend(chunk.content for chunk in found.chunks)
    return Contexts(
        retrieved_ids=tuple(hit.candidate.external_id for hit in results),
        retrieved=tuple(hit.candidate.content or "" for hit in results),
        reference_ids=tuple(relevant),
        reference=tuple(reference),
    )


def ndcg(result_grades: Sequence[int | None], judged: Sequence[int]) -> float:
    """nDCG@10 of an order of grades, given all grades of the query."""
    grades = {str(place): grade for place, grade in enumerate(result_grades) if grade is not None}
    missed = Counter(judged) - Counter(grades.values())
    qrels = grades | {f"missed {n}": grade for n, grade in enumerate(missed.elements())}
    run = measures.scores_by_order([str(place) for place in range(len(result_grades))])
    return measures.by_query(["nDCG@10"], {"": run}, {"": qrels})["nDCG@10"][""]


def models(services: Services, plan: EvaluationPlan) -> tuple[ModelCard | None, ModelCard | None]:
    """The embedder and the reranker that searches of this plan use."""
    services = services.for_collection(plan.collection)
    embeds = plan.request.strategy is not Strategy.KEYWORD
    reranks = plan.request.rerank is not RerankMode.NEVER
    return (
        services.embedder.model if embeds else None,
        services.scorer.model if reranks else None,
    )


def mean_measures(run: Run, qrels: Qrels) -> dict[str, float]:
    """Means of MEASURES over the judged queries of a run."""
    values = measures.by_query(MEASURES, run, qrels)
    return {name: round(fmean(each.values()), 4) for name, each in values.items()}


def evaluate_question(
    question: Question,
    hits: Sequence[Hit],
    status: str,
    total_ms: float,
    *,
    chunk_ids: Container[ChunkId] | None = None,
) -> EvaluatedQuery:
    """The evaluated answer to a question.

    Args:
        question: The question.
        hits: All candidates, best first.
        status: Status of the rerank stage.
        total_ms: Duration of the search, milliseconds.
        chunk_ids: The candidates that no threshold removed; None: all.
    """
    final = _documents(
        [hit for hit in hits if chunk_ids is None or hit.candidate.chunk_id in chunk_ids]
    )
    first = _documents(sorted(hits, key=lambda hit: hit.candidate.fused_rank))
    return EvaluatedQuery(
        query=question.query,
        status=status,
        total_ms=total_ms,
        external_ids=final[:MAX_NAMED],
        grades=tuple(question.grades.get(name) for name in final),
        first_stage_grades=tuple(question.grades.get(name) for name in first),
        judged_grades=tuple(question.grades.values()),
        metrics=_metrics(question.grades, final, first),
    )


def _ablated_grades(question: Question, hits: Sequence[Hit]) -> dict[str, tuple[int | None, ...]]:
    if all(hit.scores.parts is None for hit in hits):
        return {}
    orders = {part: _documents(order.without_part(hits, part)) for part in ABLATED}
    return {
        part: tuple(question.grades.get(name) for name in documents)
        for part, documents in orders.items()
    }


def _documents(hits: Sequence[Hit]) -> tuple[str, ...]:
    return evaluation.distinct([hit.candidate.external_id for hit in hits])


def _metrics(
    grades: Mapping[str, int], final: Sequence[str], first: Sequence[str]
) -> dict[str, float]:
    orders = {False: measures.scores_by_order(final), True: measures.scores_by_order(first)}
    metrics: dict[str, float] = {}
    for of_first, run in orders.items():
        names = [name for name in MEASURES if (name in OF_FIRST_STAGE) is of_first]
        values = measures.by_query(names, {"": run}, {"": grades})
        metrics |= {name: values[name][""] for name in names}
    return {name: metrics[name] for name in MEASURES}


def _knobs(plan: EvaluationPlan) -> dict[str, Any]:
    request = plan.request
    return {
        "candidates": request.candidates,
        "depth": request.effective_depth,
        "rerank": request.rerank,
        "cascade": request.cascade,
        "per_document": request.per_document,
        "diversity": request.diversity,
        "profile": request.profile,
        "retrieval": asdict(plan.collection.retrieval),
    }


def without_log(services: Services) -> Services:
    """The services with a log that searches do not write to."""
    return replace(services, rankings=_Unrecorded(services.rankings))


@dataclass(frozen=True, slots=True)
class _Unrecorded:
    rankings: Rankings

    async def record(
        self,
        tenant_id: TenantId,
        collection: Collection,
        request: SearchRequest,
        ranking: SearchOutcome,
    ) -> RankingId:
        """Store nothing: searches of an evaluation are not logged."""
        del tenant_id, collection, request
        return ranking.id

    async def record_supplied(
        self,
        tenant_id: TenantId,
        collection: Collection | None,
        request: RerankRequest,
        ranked: RerankOutcome,
    ) -> RankingId:
        """Store nothing."""
        del tenant_id, collection, request
        return ranked.id

    async def get(self, tenant_id: TenantId, ranking_id: RankingId) -> LoggedRanking:
        return await self.rankings.get(tenant_id, ranking_id)

    async def page(
        self, tenant_id: TenantId, ranking_filter: RankingFilter, *, limit: int, cursor: str | None
    ) -> Page[LoggedRanking]:
        return await self.rankings.page(tenant_id, ranking_filter, limit=limit, cursor=cursor)
