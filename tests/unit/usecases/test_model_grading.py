"""A language model grades results, and its grades are compared with people's."""

import asyncio
from dataclasses import dataclass, field

import pytest
from sklearn.metrics import cohen_kappa_score

from pgrerank.domain.errors import ConflictError, RemoteError
from pgrerank.domain.judgment import LANGUAGE_MODEL, Judgment, ModelGrade
from pgrerank.domain.request import SearchRequest
from pgrerank.usecases.calibration.model_grading import (
    ModelGradingPlan,
    grade_by_model,
    queries_for_model,
)
from pgrerank.usecases.evaluation.model_agreement import (
    Agreement,
    GradedQueries,
    MeasuredQuery,
    agreement,
    estimates,
    graded_queries,
    measured_queries,
)
from tests.fake_judgments import FakeJudgments
from tests.fakes import FakeCandidates, candidate, collection, services

FOUND = (candidate(1, "red fox"), candidate(2, "red"), candidate(3, "other"))


@dataclass
class WordJudge:
    """Grades by the number of words that passage and query share."""

    judged_by: str = "words 1"
    concurrency: int = 2
    #: passages whose answer states no grade, and passages at which the server fails
    silent: set[str] = field(default_factory=set)
    failing: set[str] = field(default_factory=set)
    asked: list[tuple[str, str]] = field(default_factory=list)
    running: int = 0
    most: int = 0

    async def grade(self, query, passage):
        self.asked.append((query, passage))
        self.running += 1
        self.most = max(self.most, self.running)
        await asyncio.sleep(0)
        self.running -= 1
        text = passage.rpartition("\n")[2]
        if text in self.failing:
            raise RemoteError("words", "answered 500")
        shared = len({*query.split()} & {*text.split()})
        return ModelGrade(grade=None if text in self.silent else shared, tokens=10, cost=0.5)


async def ports(**parts):
    made = services(candidates=FakeCandidates(FOUND), **parts)
    tenant = await made.tenants.create("acme")
    made.collections.by_tenant[tenant.id, "docs"] = collection()
    return made, tenant.id


def plan(tenant_id, *queries, top=3):
    return ModelGradingPlan(tenant_id=tenant_id, collection=collection(), queries=queries, top=top)


async def graded(made, judge, asked):
    return [each async for each in grade_by_model(made, judge, asked)]


def kept(made, tenant_id):
    return made.judgments.kept.get((tenant_id, collection().id), [])


async def test_results_are_graded_and_stored_as_those_of_a_model():
    made, tenant_id = await ports()
    judge = WordJudge()

    [of_query] = await graded(made, judge, plan(tenant_id, "red fox", top=2))

    assert (of_query.graded, of_query.unreadable) == (2, 0)
    assert (of_query.tokens, of_query.cost) == (20, 1.0)
    assert {(each.external_id, each.grade) for each in kept(made, tenant_id)} == {
        ("doc-1", 2),
        ("doc-2", 1),
    }
    assert {(each.source, each.judged_by) for each in kept(made, tenant_id)} == {
        (LANGUAGE_MODEL, "words 1")
    }
    assert made.rankings.recorded == []
    assert judge.most == 2


async def test_what_it_graded_before_is_not_asked_again_but_by_another_judge():
    made, tenant_id = await ports()
    await graded(made, WordJudge(silent={"red"}), plan(tenant_id, "red fox"))

    again, other = WordJudge(), WordJudge(judged_by="words 2")
    [second] = await graded(made, again, plan(tenant_id, "red fox"))
    await graded(made, other, plan(tenant_id, "red fox"))

    assert [text.rpartition("\n")[2] for _, text in again.asked] == ["red"]
    assert (second.graded, len(other.asked)) == (1, 3)


async def test_an_answer_without_a_grade_is_counted_and_not_stored():
    made, tenant_id = await ports()

    [of_query] = await graded(made, WordJudge(silent={"red"}), plan(tenant_id, "red fox"))

    assert (of_query.graded, of_query.unreadable, of_query.tokens) == (2, 1, 30)
    assert "doc-2" not in {each.external_id for each in kept(made, tenant_id)}


async def test_grades_given_before_a_failure_are_stored():
    made, tenant_id = await ports()

    with pytest.raises(RemoteError, match="answered 500"):
        await graded(made, WordJudge(failing={"other"}), plan(tenant_id, "red fox", "fox"))
    assert {each.external_id for each in kept(made, tenant_id)} == {"doc-1", "doc-2"}


class Logged(FakeJudgments):
    """Judgments beside a log of three queries."""

    async def logged_queries(self, *_, limit):
        return ["red fox", "fox", "red"][:limit]


async def test_queries_that_people_judged_come_first_where_they_are_asked_for():
    made, tenant_id = await ports(judgments=Logged())
    of_people = Judgment(query="fox", external_id="doc-1", grade=1, source="human")
    await made.judgments.add(tenant_id, collection(), [of_people])

    async def queries(**options):
        return await queries_for_model(made, tenant_id, collection(), **options)

    assert await queries(logged=2, judged=True) == ["fox", "red fox"]
    assert await queries(logged=2, judged=False) == ["red fox", "fox"]


async def test_neither_a_log_nor_judgments_is_a_conflict():
    class Silent(FakeJudgments):
        async def logged_queries(self, *_, **__):
            return []

    made, tenant_id = await ports(judgments=Silent())
    with pytest.raises(ConflictError, match="--query"):
        await queries_for_model(made, tenant_id, collection(), logged=5, judged=True)


async def test_grades_of_both_are_measured_on_the_same_order():
    made, tenant_id = await ports()
    queries = [f"red fox {number}" for number in range(12)]
    await graded(made, WordJudge(), plan(tenant_id, *queries))
    of_people = [
        Judgment(query=query, external_id="doc-3", grade=3, source="human") for query in queries[:3]
    ]
    await made.judgments.add(tenant_id, collection(), of_people)

    found = await graded_queries(made, tenant_id, collection(), "words 1")
    measured = [
        each
        async for each in measured_queries(
            made, tenant_id, collection(), found, SearchRequest(query="", depth=3)
        )
    ]

    assert len(measured) == 12
    by_people = [each.by_people for each in measured if each.by_people]
    assert len(by_people) == 3
    assert {each.by_model[1] for each in measured} == {1.0}
    assert all(0 < after < 1 for _, after in by_people)
    assert agreement(found).counts[3][0] == 3
    assert agreement(found).documents == 3


async def test_few_graded_queries_measure_nothing():
    made, tenant_id = await ports()
    await graded(made, WordJudge(), plan(tenant_id, "red fox"))

    with pytest.raises(ConflictError, match=r"graded 1 query .* 10 are the fewest"):
        await graded_queries(made, tenant_id, collection(), "words 1")


def test_agreement_counts_documents_that_both_graded():
    found = agreement(
        GradedQueries(
            by_model={"q": {"a": 3, "b": 0, "c": 1}, "r": {"a": 1}},
            by_people={"q": {"a": 2, "b": 0, "d": 3}},
        )
    )

    assert found.counts == ((1, 0, 0, 0), (0, 0, 0, 0), (0, 0, 0, 1), (0, 0, 0, 0))
    assert (found.documents, found.relevant_alike) == (2, 1.0)


def test_weighted_kappa_is_that_of_scikit_learn():
    counts = ((5, 2, 0, 1), (1, 4, 2, 0), (0, 1, 6, 2), (0, 0, 1, 7))
    people = [row for row, line in enumerate(counts) for n in line for _ in range(n)]
    model = [column for line in counts for column, n in enumerate(line) for _ in range(n)]

    expected = cohen_kappa_score(people, model, weights="quadratic")
    assert Agreement(counts=counts).kappa == pytest.approx(expected)
    assert Agreement(counts=((0, 0), (0, 0))).kappa is None
    assert Agreement(counts=((0, 0), (0, 0))).relevant_alike is None


def test_what_is_estimated_is_first_stage_answer_and_gain():
    both = MeasuredQuery(by_model=(0.25, 0.75), by_people=(0.5, 0.75))
    alone = MeasuredQuery(by_model=(0.25, 0.75), by_people=None)

    found = estimates([both] * 12 + [alone] * 5)

    assert [each.by_people.mean for each in found.values()] == [0.5, 0.75, 0.25]
    assert [each.by_model.mean for each in found.values()] == [0.25, 0.75, 0.5]
    assert (found["answer"].judged, found["answer"].unjudged) == (12, 5)
