"""Evaluate a labelled data set, in a tenant of its own, or the judged queries of a collection."""

import re
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Mapping
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import TypeAlias
from uuid import uuid4

from pgrerank.domain import evaluation
from pgrerank.domain.errors import ConflictError
from pgrerank.domain.evaluation import EvaluatedQuery, Evaluation, Question
from pgrerank.domain.ids import TenantId
from pgrerank.domain.name import MAX_NAME_CHARACTERS
from pgrerank.domain.request import SearchRequest
from pgrerank.domain.tenant import Tenant
from pgrerank.ports.services import AdminServices, Services
from pgrerank.usecases import lookup
from pgrerank.usecases.collections import create
from pgrerank.usecases.evaluation import evaluate
from pgrerank.usecases.evaluation.evaluate import STORED, EvaluationPlan

#: grades of documents by query
Grades: TypeAlias = Mapping[str, Mapping[str, int]]
#: ingests the documents of a data set into a collection of a tenant, by name
Ingest: TypeAlias = Callable[[Services, TenantId, str], Awaitable[object]]
#: counts the queries searched: takes their number, and gives a function to call after each
Counter: TypeAlias = Callable[[int], AbstractContextManager[Callable[[], None]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectionName:
    """An existing collection, by the names of its tenant and itself."""

    tenant: str
    collection: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledCollection:
    """A collection to create from a data set, or to complete if it exists."""

    #: name of the data set
    dataset: str
    ingest: Ingest
    text_search: str
    #: store token vectors; None: as the collection does
    store_tokens: bool | None = None
    #: name of a tenant to keep; None: a scratch tenant, deleted at the end
    keep: str | None = None

    @property
    def name(self) -> str:
        """Name of the collection, from those of the data set and the text search configuration."""
        slugs = [
            re.sub(r"[^a-z0-9]+", "-", each.lower()) for each in (self.dataset, self.text_search)
        ]
        longest = MAX_NAME_CHARACTERS - len(slugs[1]) - 1
        return f"{slugs[0][:longest]}-{slugs[1]}".strip("-")


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledEvaluation:
    """What to evaluate."""

    place: CollectionName | LabelledCollection
    #: the search; its query is ignored
    request: SearchRequest
    #: None: the judgments stored in the collection
    grades: Grades | None
    #: source of the judgments
    judgments: str = STORED
    #: number of judged queries to use; None: all
    max_queries: int | None = None
    #: label to store the run under; None: do not store it
    label: str | None = None
    #: also order the results without each part of the log-odds
    ablate: bool = False
    #: also keep the texts of results and of relevant documents
    contexts: bool = False


async def questions(
    admin_services: AdminServices, wanted: LabelledEvaluation
) -> tuple[Question, ...]:
    """The judged queries that an evaluation would search, none if none is judged.

    Raises:
        NotFoundError: There is no such tenant or collection.
    """
    grades = wanted.grades
    if isinstance(wanted.place, CollectionName):
        tenant_id, collection = await lookup.place(
            admin_services, wanted.place.tenant, wanted.place.collection
        )
        if grades is None:
            grades = await admin_services.judgments.grades(tenant_id, collection)
    return evaluation.questions(grades or {}, at_most=wanted.max_queries)


@contextmanager
def _uncounted(_total: int) -> Generator[Callable[[], None]]:
    yield lambda: None


async def evaluate_labelled(
    services: Services, wanted: LabelledEvaluation, *, counter: Counter = _uncounted
) -> Evaluation:
    """Search for each judged query, measure, and store the run if it has a label.

    A new collection is filled first. Searches of an existing one are not logged: the log is for
    searches of users.

    Raises:
        NotFoundError: There is no such tenant or collection.
        ConflictError: The collection exists with other settings.
        InvalidRequestError: A name is invalid.
    """
    if isinstance(wanted.place, CollectionName):
        tenant = await services.tenants.by_name(wanted.place.tenant)
        return await _evaluate(
            services,
            evaluate.without_log(services),
            await _plan(services, tenant, wanted.place.collection, wanted),
            counter,
        )
    async with _tenant(services, wanted.place.keep) as tenant:
        await _fill(services, tenant, wanted.place)
        plan = await _plan(services, tenant, wanted.place.name, wanted)
        return await _evaluate(services, services, plan, counter)


@asynccontextmanager
async def _tenant(services: Services, keep: str | None) -> AsyncGenerator[Tenant]:
    """The tenant of a name, made if it is missing; None: one that is deleted at the end."""
    if keep is not None:
        yield await _kept_tenant(services, keep)
        return
    tenant = await services.tenants.create(f"scratch-{uuid4().hex[:12]}")
    try:
        yield tenant
    finally:
        await services.tenants.delete(tenant.name)


async def _kept_tenant(services: Services, name: str) -> Tenant:
    try:
        return await services.tenants.create(name)
    except ConflictError:
        return await services.tenants.by_name(name)


async def _fill(services: Services, tenant: Tenant, new: LabelledCollection) -> None:
    await create(
        services,
        tenant.id,
        new.name,
        text_search=new.text_search,
        store_tokens=new.store_tokens,
    )
    await new.ingest(services, tenant.id, new.name)


async def _plan(
    services: Services, tenant: Tenant, collection_name: str, wanted: LabelledEvaluation
) -> EvaluationPlan:
    return EvaluationPlan(
        tenant_id=tenant.id,
        collection=await services.collections.by_name(tenant.id, collection_name),
        questions=await questions(services, wanted),
        request=wanted.request,
        judgments=wanted.judgments,
        label=evaluation.validate_label(wanted.label),
        ablate=wanted.ablate,
        contexts=wanted.contexts,
    )


async def _evaluate(
    services: Services, searched: Services, plan: EvaluationPlan, counter: Counter
) -> Evaluation:
    answers: list[EvaluatedQuery] = []
    with counter(len(plan.questions)) as step:
        async for answer in evaluate.answers(searched, plan):
            answers.append(answer)
            step()
    measured = evaluate.of_answers(services, plan, answers)
    if plan.label is not None:
        await evaluate.store(services, plan, measured)
    return measured
