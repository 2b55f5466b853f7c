"""Compare two stored evaluations, query by query."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pgrerank.domain import evaluation, significance
from pgrerank.domain.errors import InvalidRequestError
from pgrerank.domain.evaluation import EvaluatedQuery, Evaluation
from pgrerank.domain.ids import TenantId
from pgrerank.domain.significance import Difference
from pgrerank.ports.services import AdminServices


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryChange:
    """One query in both runs."""

    before: EvaluatedQuery
    after: EvaluatedQuery
    #: change of the measure
    change: float

    @property
    def query(self) -> str:
        """The text of the query."""
        return self.after.query


@dataclass(frozen=True, slots=True, kw_only=True)
class RunComparison:
    """The differences of two runs over the queries of both."""

    before: Evaluation
    after: Evaluation
    #: by measure
    differences: Mapping[str, Difference]
    #: queries that improved by the requested measure, largest change first
    wins: Sequence[QueryChange]
    #: queries that got worse, largest change first
    losses: Sequence[QueryChange]
    #: number of queries left out: in only one run, or with different judgments
    left_out: int


async def compare(
    admin_services: AdminServices, tenant_id: TenantId, before: str, after: str, *, measure: str
) -> RunComparison:
    """Compare two runs.

    Args:
        admin_services: The ports.
        tenant_id: The owner of the runs.
        before: Id of a run, or a label, of which the newest run is taken.
        after: Id or label of the other run.
        measure: The measure that decides wins and losses.

    Raises:
        NotFoundError: There is no such run.
        InvalidRequestError: The runs have no query in common.
    """
    return compare_runs(
        await _stored_run(admin_services, tenant_id, before),
        await _stored_run(admin_services, tenant_id, after),
        measure=measure,
    )


def compare_runs(before: Evaluation, after: Evaluation, *, measure: str) -> RunComparison:
    """Compare two runs. Raises InvalidRequestError if they have no query in common."""
    first = {each.query: each for each in before.answers}
    pairs = [
        (first[each.query], each)
        for each in after.answers
        if each.query in first and _have_same_grades(first[each.query], each)
    ]
    if not pairs:
        raise InvalidRequestError("after", "has no query in common with the other run")
    changes = [
        QueryChange(before=old, after=new, change=new.metrics[measure] - old.metrics[measure])
        for old, new in pairs
    ]
    changes.sort(key=lambda each: (-abs(each.change), each.query))
    return RunComparison(
        before=before,
        after=after,
        differences=_differences(pairs),
        wins=[each for each in changes if each.change > 0],
        losses=[each for each in changes if each.change < 0],
        left_out=len({*first, *(each.query for each in after.answers)}) - len(pairs),
    )


def _have_same_grades(first: EvaluatedQuery, second: EvaluatedQuery) -> bool:
    return sorted(first.judged_grades) == sorted(second.judged_grades)


def _differences(
    pairs: Sequence[tuple[EvaluatedQuery, EvaluatedQuery]],
) -> dict[str, Difference]:
    names = [name for name in pairs[0][0].metrics if name in pairs[0][1].metrics]
    ordered = [name for name in evaluation.MEASURES if name in names]
    return {
        name: significance.paired_difference(
            [old.metrics[name] for old, _ in pairs], [new.metrics[name] for _, new in pairs]
        )
        for name in ordered
    }


async def _stored_run(admin_services: AdminServices, tenant_id: TenantId, name: str) -> Evaluation:
    identifier = evaluation.identifier(name)
    if identifier is None:
        return await admin_services.evaluations.by_label(tenant_id, name)
    return await admin_services.evaluations.get(tenant_id, identifier)
