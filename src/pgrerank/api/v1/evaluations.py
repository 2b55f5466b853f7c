"""Routes of evaluations."""

from typing import Annotated
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath, JSONBody, QueryParameter

from pgrerank.api import auth, forms, media
from pgrerank.api.call import TheCall
from pgrerank.api.errors import response_specs
from pgrerank.api.v1.schema import requests
from pgrerank.api.v1.schema.evaluations import EvaluationPage, EvaluationResponse, NewEvaluation
from pgrerank.domain import evaluation
from pgrerank.domain.errors import ConflictError
from pgrerank.domain.evaluation import EvaluationId
from pgrerank.domain.tenant import Scope
from pgrerank.usecases.evaluation.evaluate import EvaluationPlan
from pgrerank.usecases.evaluation.evaluate import evaluate as use_case

TAGS = ["evaluation"]


@post(
    "/evaluations",
    tags=TAGS,
    summary="Evaluate the ranking on judged queries",
    operation_id="evaluate",
    guards=[auth.needs(Scope.SEARCH), media.json_only],
    responses=response_specs(400, 401, 403, 404, 409, 413, 415, 429, 500, 503),
)
async def evaluate(data: JSONBody[NewEvaluation], call: TheCall) -> EvaluationResponse:
    """Search the collection's judged queries one by one, compute metrics, and store the run.

    These searches are not logged. Reranked pairs count against the tenant's quota: once it is used
    up, `statuses` counts searches as `skipped`.
    """
    collection = await call.services.collections.by_name(call.tenant_id, data.collection)
    grades = await call.services.judgments.grades(call.tenant_id, collection)
    if not grades:
        raise ConflictError(f"Collection `{collection.name}` has no judgments.")
    plan = EvaluationPlan(
        tenant_id=call.tenant_id,
        collection=collection,
        questions=evaluation.questions(grades, at_most=data.queries),
        request=data.request(),
        label=data.label,
    )
    return EvaluationResponse.of(await use_case(call.services, plan), whole=True)


@get(
    "/evaluations",
    tags=TAGS,
    summary="List stored evaluations",
    operation_id="listEvaluations",
    guards=[auth.needs(Scope.SEARCH)],
    responses=response_specs(400, 401, 403, 429, 500, 503),
)
async def list_evaluations(
    call: TheCall,
    collection: Annotated[str | None, QueryParameter(pattern=forms.NAME)] = None,
    limit: requests.PageLimit = requests.PAGE,
    cursor: requests.Cursor = None,
) -> EvaluationPage:
    """Evaluations of the tenant, newest first, without results by query."""
    page = await call.services.evaluations.page(
        call.tenant_id, collection=collection, limit=limit, cursor=cursor
    )
    return EvaluationPage.of(page)


@get(
    "/evaluations/{evaluation_id:uuid}",
    tags=TAGS,
    summary="Get an evaluation",
    operation_id="getEvaluation",
    guards=[auth.needs(Scope.SEARCH)],
    responses=response_specs(400, 401, 403, 404, 429, 500, 503),
)
async def get_evaluation(evaluation_id: FromPath[UUID], call: TheCall) -> EvaluationResponse:
    """An evaluation with its results by query."""
    evaluation = await call.services.evaluations.get(call.tenant_id, EvaluationId(evaluation_id))
    return EvaluationResponse.of(evaluation, whole=True)


ROUTES = [evaluate, list_evaluations, get_evaluation]
