"""Run logged candidates through the second stage again, with other settings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from statistics import mean

import numpy as np

from pgrerank.domain import crowding, evaluation, measures, significance
from pgrerank.domain.candidate import Hit, RerankReport
from pgrerank.domain.errors import InvalidRequestError, NotFoundError
from pgrerank.domain.evaluation import EvaluatedQuery, Evaluation, Question
from pgrerank.domain.ids import ChunkId, RankingId, TenantId
from pgrerank.domain.log import LoggedRanking
from pgrerank.domain.offload import offload
from pgrerank.domain.request import RerankMode, SearchRequest
from pgrerank.domain.rescoring import kendall_tau
from pgrerank.domain.retrieval import Retrieval
from pgrerank.domain.significance import Difference
from pgrerank.domain.stopwatch import Stopwatch
from pgrerank.ports.services import Services
from pgrerank.usecases import again, second_stage
from pgrerank.usecases.evaluation import evaluate

#: number of top results that are compared
TOP = 10
#: measures of judged searches
MEASURES = ("nDCG@10", "RR@10")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayPlan:
    """The settings to change; None: as logged."""

    depth: int | None = None
    #: settings for fusing the logged legs again
    fusion: Retrieval | None = None
    #: how many candidates, selected by late interaction, the reranker reads
    cascade: int | None = None
    #: weight of novelty against relevance
    diversity: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """A logged search and its replay."""

    ranking: LoggedRanking
    rerank: RerankReport
    #: candidates whose document was changed or deleted since, and which are left out
    gone: tuple[ChunkId, ...]
    #: chunks in the logged order, without `gone`, and in the new order
    before: tuple[ChunkId, ...]
    after: tuple[ChunkId, ...]
    #: the new order with all scores
    hits: tuple[Hit, ...]
    #: Kendall's tau between the two orders, -1..1; None for fewer than two chunks
    tau: float | None
    #: share of the logged top ten that is in the new top ten; None: there are no candidates
    top10_kept: float | None
    #: milliseconds of the replayed second stage
    rerank_ms: float

    @property
    def is_exact(self) -> bool:
        """Whether all candidates are still stored."""
        return not self.gone

    @property
    def documents(self) -> Mapping[ChunkId, str]:
        """External id of the document of each chunk."""
        return {hit.candidate.chunk_id: hit.candidate.external_id for hit in self.hits}


async def replay(
    services: Services, tenant_id: TenantId, ranking_id: RankingId, plan: ReplayPlan
) -> Replay:
    """Fuse and rerank the candidates of a logged search again. Nothing is stored.

    The legs do not run again; their logged results are used. A search by several wordings keeps
    its logged fused order, since the lists of the other wordings are not logged.

    Raises:
        NotFoundError: There is no such ranking, or its collection was deleted.
        ConflictError: The collection's embedder is not the running one.
        InvalidRequestError: A cascade is requested, and the collection stores no token vectors.
    """
    ranking = await services.rankings.get(tenant_id, ranking_id)
    collection = await services.collections.by_name(tenant_id, ranking.searched)
    services = services.for_collection(collection)
    request = replayed_request(ranking, plan)
    collection, vector = await again.embed_again(services, collection, request)
    stage = second_stage.of(services, tenant_id, collection, request, now=ranking.created_at)
    recalled = await services.history.candidates(
        tenant_id,
        collection,
        ranking_id,
        fusion=None if request.queries else plan.fusion,
        token_model=stage.needs.token_model,
    )
    watch = Stopwatch(services.clock.monotonic)
    with watch.stage("rerank"):
        reranked = await stage.rerank(recalled.candidates, vector)
    ordered = reranked.ordered(recalled.candidates)
    hits = await offload(
        partial(crowding.diversified, ordered, request.diversity), items=len(ordered)
    )
    return _compare(ranking, hits, reranked.report, recalled.gone, watch.timings()["rerank"])


def replayed_request(ranking: LoggedRanking, plan: ReplayPlan) -> SearchRequest:
    """The request of the logged search, changed by the plan.

    It always reranks, since a replay is to show whether that is worthwhile, and it has no budget,
    which could cut reranking short.
    """
    was = again.request(ranking)
    return replace(
        was,
        depth=was.depth if plan.depth is None else plan.depth,
        cascade=was.cascade if plan.cascade is None else plan.cascade,
        diversity=was.diversity if plan.diversity is None else plan.diversity,
        rerank=RerankMode.ALWAYS,
        budget_ms=None,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """Measures over the judged queries of replayed searches, by name."""

    #: from the logged to the new order; repeated searches for a query count once, by their mean
    differences: Mapping[str, Difference]

    @property
    def queries(self) -> int:
        """Number of judged queries."""
        return next((each.queries for each in self.differences.values()), 0)

    @property
    def before(self) -> Mapping[str, float]:
        """Means of the logged orders."""
        return {name: each.before for name, each in self.differences.items()}

    @property
    def after(self) -> Mapping[str, float]:
        """Means of the new orders."""
        return {name: each.after for name, each in self.differences.items()}


async def measure(services: Services, tenant_id: TenantId, replays: Sequence[Replay]) -> Measured:
    """Measures of both orders by the current judgments. Deleted collections have none."""
    grades = {
        name: await grades_by_query(services, tenant_id, name)
        for name in {each.ranking.searched for each in replays}
    }
    qrels: dict[str, Mapping[str, int]] = {}
    before: dict[str, dict[str, float]] = {}
    after: dict[str, dict[str, float]] = {}
    searches: dict[tuple[str, str], list[str]] = {}
    for each in replays:
        judged = grades[each.ranking.searched].get(each.ranking.query)
        if judged:
            name = str(each.ranking.id)
            searches.setdefault((each.ranking.searched, each.ranking.query), []).append(name)
            qrels[name] = judged
            before[name] = _documents(each, each.before)
            after[name] = _documents(each, each.after)
    if not searches:
        return Measured(differences={})
    old, new = (measures.by_query(MEASURES, run, qrels) for run in (before, after))
    return Measured(
        differences={
            name: significance.paired_difference(
                *(
                    [mean(run[name][each] for each in ids) for ids in searches.values()]
                    for run in (old, new)
                )
            )
            for name in MEASURES
        }
    )


async def save(
    services: Services,
    tenant_id: TenantId,
    name: str,
    replays: Sequence[Replay],
    plan: ReplayPlan,
    *,
    label: str,
) -> Evaluation:
    """Store the judged replays of a collection as an evaluation.

    Of searches for the same query, the first counts; times are those of the second stage.

    Raises:
        NotFoundError: There is no such collection.
        InvalidRequestError: The label is invalid, or none of the searches was judged.
        ConflictError: The collection was deleted in the meantime.
    """
    collection = await services.collections.by_name(tenant_id, name)
    grades = await services.judgments.grades(tenant_id, collection)
    chosen = {
        each.ranking.query: each
        for each in reversed(replays)
        if each.ranking.searched == name and grades.get(each.ranking.query)
    }
    if not chosen:
        raise InvalidRequestError("label", "cannot be given: none of these searches was judged")
    questions = [Question(query=query, grades=grades[query]) for query in chosen]
    evaluation_plan = evaluate.EvaluationPlan(
        tenant_id=tenant_id,
        collection=replace(collection, retrieval=plan.fusion or collection.retrieval),
        questions=questions,
        request=replayed_request(next(iter(chosen.values())).ranking, plan),
        label=label,
    )
    answers = [_answer(question, chosen[question.query]) for question in questions]
    evaluation = evaluate.of_answers(services, evaluation_plan, answers)
    await evaluate.store(services, evaluation_plan, evaluation)
    return evaluation


def _answer(question: Question, replayed: Replay) -> EvaluatedQuery:
    return evaluate.evaluate_question(
        question,
        replayed.hits,
        replayed.rerank.status,
        replayed.rerank_ms,
        chunk_ids=set(replayed.after),
    )


async def grades_by_query(
    services: Services, tenant_id: TenantId, name: str
) -> Mapping[str, Mapping[str, int]]:
    """Grades of a collection by query and document; empty if the collection was deleted."""
    try:
        collection = await services.collections.by_name(tenant_id, name)
    except NotFoundError:
        return {}
    return await services.judgments.grades(tenant_id, collection)


def _documents(replayed: Replay, chunks: Sequence[ChunkId]) -> dict[str, float]:
    return measures.scores_by_order(
        evaluation.distinct([replayed.documents[each] for each in chunks])
    )


def _compare(
    ranking: LoggedRanking,
    hits: tuple[Hit, ...],
    report: RerankReport,
    gone: tuple[ChunkId, ...],
    rerank_ms: float,
) -> Replay:
    after = tuple(hit.candidate.chunk_id for hit in hits)
    there = set(after)
    logged = sorted(ranking.candidates, key=lambda each: each.final_rank)
    before = tuple(each.chunk_id for each in logged if each.chunk_id in there)
    return Replay(
        ranking=ranking,
        rerank=report,
        gone=gone,
        before=before,
        after=after,
        hits=hits,
        tau=_tau(before, after),
        top10_kept=len({*before[:TOP]} & {*after[:TOP]}) / len(before[:TOP]) if before else None,
        rerank_ms=rerank_ms,
    )


def _tau(before: tuple[ChunkId, ...], after: tuple[ChunkId, ...]) -> float | None:
    places = {chunk: place for place, chunk in enumerate(after)}
    return kendall_tau(
        np.arange(len(before), dtype=np.float64),
        np.array([places[chunk] for chunk in before], dtype=np.float64),
    )
