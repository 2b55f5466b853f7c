"""A language model grades the results of queries."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from pgrerank.domain.candidate import Candidate
from pgrerank.domain.collection import Collection
from pgrerank.domain.document import passage
from pgrerank.domain.ids import ChunkId, TenantId
from pgrerank.domain.judgment import LANGUAGE_MODEL, Judgment, ModelGrade
from pgrerank.ports.judge import PassageJudge
from pgrerank.ports.services import AdminServices, Services
from pgrerank.usecases.calibration.grading import queries_of_log, ungraded_results


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelGradingPlan:
    """What a language model grades."""

    tenant_id: TenantId
    collection: Collection
    #: from `queries_for_model`
    queries: Sequence[str]
    #: number of results of each query, at least 1
    top: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelGraded:
    """What became of the results of one query. All grades are stored."""

    query: str
    graded: int
    #: results for which the model's answer stated no grade; a later run asks again
    unreadable: int
    tokens: int
    #: in the operator's currency
    cost: float


async def queries_for_model(
    admin_services: AdminServices,
    tenant_id: TenantId,
    collection: Collection,
    *,
    logged: int,
    judged: bool,
) -> Sequence[str]:
    """Queries of the log, the latest first, and before them those that people judged.

    Args:
        admin_services: The services.
        tenant_id: The tenant.
        collection: Its collection.
        logged: Number of queries of the log.
        judged: Whether to include the queries that people judged.

    Raises:
        ConflictError: There is none.
    """
    by_people: Sequence[str] = ()
    if judged:
        by_people = sorted(await admin_services.judgments.grades(tenant_id, collection))
    return await queries_of_log(
        admin_services, tenant_id, collection, limit=logged, first=by_people
    )


async def grade_by_model(
    services: Services, judge: PassageJudge, plan: ModelGradingPlan
) -> AsyncIterator[ModelGraded]:
    """Grade the first results of each query that this model has not graded, and store the grades.

    Raises:
        RemoteError: The judge's server failed. The grades of earlier queries are stored, and those
            of this query that it gave before.
    """
    done = await services.judgments.of_judge(
        plan.tenant_id, plan.collection, judge.judged_by, source=LANGUAGE_MODEL
    )
    for query in plan.queries:
        yield await _grade_query(services, judge, plan, query, done)


async def _grade_query(
    services: Services,
    judge: PassageJudge,
    plan: ModelGradingPlan,
    query: str,
    done: set[tuple[str, str, ChunkId | None]],
) -> ModelGraded:
    """Grade the results of a query that are not `done`, and add them to it."""
    results = await ungraded_results(
        services, plan.tenant_id, plan.collection, query, top=plan.top, done=done
    )
    answers = await _answers(judge, query, results)
    judgments = [
        _judgment(judge, query, candidate, answer.grade)
        for candidate, answer in zip(results, answers, strict=True)
        if isinstance(answer, ModelGrade) and answer.grade is not None
    ]
    await services.judgments.add(plan.tenant_id, plan.collection, judgments)
    done.update((each.query, each.external_id, each.chunk_id) for each in judgments)
    for answer in answers:
        if isinstance(answer, BaseException):
            raise answer
    given = [answer for answer in answers if isinstance(answer, ModelGrade)]
    return ModelGraded(
        query=query,
        graded=len(judgments),
        unreadable=len(given) - len(judgments),
        tokens=sum(answer.tokens for answer in given),
        cost=sum(answer.cost for answer in given),
    )


async def _answers(
    judge: PassageJudge, query: str, results: Sequence[Candidate]
) -> Sequence[ModelGrade | BaseException]:
    places = asyncio.Semaphore(judge.concurrency)

    async def grade(candidate: Candidate) -> ModelGrade:
        async with places:
            return await judge.grade(query, passage(candidate.title, candidate.content or ""))

    return await asyncio.gather(*map(grade, results), return_exceptions=True)


def _judgment(judge: PassageJudge, query: str, candidate: Candidate, grade: int) -> Judgment:
    return Judgment(
        query=query,
        external_id=candidate.external_id,
        chunk_id=candidate.chunk_id,
        grade=grade,
        source=LANGUAGE_MODEL,
        judged_by=judge.judged_by,
    )
