"""An existing collection with judged queries, for measuring settings of its searches."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from pgrerank.domain import evaluation
from pgrerank.domain.errors import ConflictError
from pgrerank.domain.request import SearchRequest
from pgrerank.ports.services import AdminServices
from pgrerank.usecases import lookup
from pgrerank.usecases.evaluation.evaluate import EvaluationPlan


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedCollection:
    """A collection, by the names of its tenant and itself, and its judged queries."""

    tenant_name: str
    collection_name: str
    #: the search; its query is ignored
    request: SearchRequest
    #: grades of documents by query; None: the judgments stored in the collection
    grades: Mapping[str, Mapping[str, int]] | None = None
    #: number of judged queries to use; None: all
    max_queries: int | None = None


def judged_queries_exist(judged: JudgedCollection) -> Callable[[AdminServices], Awaitable[None]]:
    """A check that there is something to measure. It raises as `evaluation_plan`."""

    async def check(admin_services: AdminServices) -> None:
        await evaluation_plan(admin_services, judged)

    return check


async def evaluation_plan(
    admin_services: AdminServices, judged: JudgedCollection
) -> EvaluationPlan:
    """The plan of an evaluation on the judged queries that have a relevant document.

    Raises:
        NotFoundError: There is no such tenant or collection.
        ConflictError: There is no such query.
    """
    tenant_id, collection = await lookup.place(
        admin_services, judged.tenant_name, judged.collection_name
    )
    grades = judged.grades
    if grades is None:
        grades = await admin_services.judgments.grades(tenant_id, collection)
    questions = evaluation.questions(grades, at_most=judged.max_queries)
    answerable = tuple(question for question in questions if question.has_answer)
    if not answerable:
        raise ConflictError(
            "no query has a relevant document: import judgments with "
            "`pgrerank judgment import`, or name a labelled folder with --data"
        )
    return EvaluationPlan(
        tenant_id=tenant_id, collection=collection, questions=answerable, request=judged.request
    )
