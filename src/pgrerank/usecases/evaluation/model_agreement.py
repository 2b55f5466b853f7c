"""How far a language model's grades agree with people's, and what both together say of quality."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from pgrerank.domain import correction
from pgrerank.domain.candidate import SearchOutcome
from pgrerank.domain.collection import Collection
from pgrerank.domain.correction import CorrectedEstimate
from pgrerank.domain.count import counted
from pgrerank.domain.errors import ConflictError
from pgrerank.domain.evaluation import Question
from pgrerank.domain.ids import TenantId
from pgrerank.domain.judgment import HIGHEST_GRADE, RELEVANT
from pgrerank.domain.request import SearchRequest
from pgrerank.domain.significance import FEWEST
from pgrerank.ports.services import AdminServices, Services
from pgrerank.usecases.evaluation.evaluate import evaluate_question, ndcg
from pgrerank.usecases.search import search_unlogged

#: what is measured of each query: nDCG@10 before reranking, of the answer, and the difference
MEASURED = ("first stage", "answer", "gain of reranking")


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """Grades that people and a model gave to the same documents."""

    #: documents, by people's grade and by the model's, both from 0
    counts: tuple[tuple[int, ...], ...]

    @property
    def documents(self) -> int:
        """Number of documents graded by both."""
        return sum(map(sum, self.counts))

    @property
    def relevant_alike(self) -> float | None:
        """Share of documents that both call relevant, or both not; None: no documents."""
        counts = np.asarray(self.counts)
        alike = counts[:RELEVANT, :RELEVANT].sum() + counts[RELEVANT:, RELEVANT:].sum()
        return float(alike / self.documents) if self.documents else None

    @property
    def kappa(self) -> float | None:
        """Cohen's kappa with quadratic weights, 1 at most (Cohen 1968); None: not defined."""
        counts = np.asarray(self.counts, dtype=float)
        grades = np.arange(len(counts))
        weights = (grades[:, None] - grades[None, :]) ** 2
        total = counts.sum()
        by_chance = np.outer(counts.sum(axis=1), counts.sum(axis=0)) / max(total, 1)
        expected = float((weights * by_chance).sum())
        return 1 - float((weights * counts).sum()) / expected if expected else None


@dataclass(frozen=True, slots=True, kw_only=True)
class GradedQueries:
    """Queries that a model graded, with its grades and those of people."""

    #: grades of documents by external id, by query
    by_model: Mapping[str, Mapping[str, int]]
    #: of the queries in `by_model` that people judged
    by_people: Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredQuery:
    """nDCG@10 of one query before reranking and of the answer, 0 to 1."""

    by_model: tuple[float, float]
    #: None: people did not judge it
    by_people: tuple[float, float] | None


async def graded_queries(
    admin_services: AdminServices, tenant_id: TenantId, collection: Collection, judged_by: str
) -> GradedQueries:
    """The queries that a model graded.

    Raises:
        ConflictError: They are too few to measure anything.
    """
    by_model = await admin_services.judgments.grades_of_model(tenant_id, collection, judged_by)
    if len(by_model) < FEWEST:
        raise ConflictError(
            f"`{judged_by}` graded {counted(len(by_model), 'query', 'queries')} of this collection, "
            f"and {FEWEST} are the fewest to measure on. Grade more: pgrerank judgment ask"
        )
    by_people = await admin_services.judgments.grades(tenant_id, collection)
    return GradedQueries(
        by_model=by_model,
        by_people={query: grades for query, grades in by_people.items() if query in by_model},
    )


def agreement(graded: GradedQueries) -> Agreement:
    """Grades of the documents that both graded."""
    counts = np.zeros((HIGHEST_GRADE + 1, HIGHEST_GRADE + 1), dtype=int)
    for query, grades in graded.by_people.items():
        of_model = graded.by_model[query]
        for document in grades.keys() & of_model.keys():
            counts[grades[document], of_model[document]] += 1
    return Agreement(counts=tuple(map(tuple, counts.tolist())))


async def measured_queries(
    services: Services,
    tenant_id: TenantId,
    collection: Collection,
    graded: GradedQueries,
    request: SearchRequest,
) -> AsyncIterator[MeasuredQuery]:
    """Search for each query without logging, and measure its order by both grades."""
    for query, by_model in graded.by_model.items():
        _, outcome = await search_unlogged(
            services, tenant_id, collection.name, replace(request, query=query)
        )
        by_people = graded.by_people.get(query)
        yield MeasuredQuery(
            by_model=_measured(query, by_model, outcome),
            by_people=None if by_people is None else _measured(query, by_people, outcome),
        )


def estimates(measured: Sequence[MeasuredQuery]) -> dict[str, CorrectedEstimate]:
    """The mean of each of MEASURED over all queries, corrected by people's grades."""
    judged = [(each.by_people, each.by_model) for each in measured if each.by_people is not None]
    people = [_with_gain(people) for people, _ in judged]
    paired = [_with_gain(model) for _, model in judged]
    alone = [_with_gain(each.by_model) for each in measured if each.by_people is None]
    return {
        name: correction.estimate(
            *([values[place] for values in kind] for kind in (people, paired, alone))
        )
        for place, name in enumerate(MEASURED)
    }


def _measured(query: str, grades: Mapping[str, int], outcome: SearchOutcome) -> tuple[float, float]:
    answer = evaluate_question(
        Question(query=query, grades=grades), outcome.hits, outcome.rerank.status, 0.0
    )
    return ndcg(answer.first_stage_grades, answer.judged_grades), answer.metrics["nDCG@10"]


def _with_gain(values: tuple[float, float]) -> tuple[float, float, float]:
    before, after = values
    return before, after, after - before
