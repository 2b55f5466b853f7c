import pytest

from pgrerank.domain.errors import ConflictError, NotFoundError
from pgrerank.usecases.calibration.grading import GradingPlan, begin_grading, queries_to_grade
from tests.fake_judgments import FakeJudgments
from tests.fakes import FakeCandidates, candidate, collection, services

FOUND = (candidate(1, "red fox"), candidate(2, "red"), candidate(3, "other"))


def plan(*queries, top=2, judged_by="ann"):
    return GradingPlan(
        tenant_name="acme",
        collection_name="docs",
        queries=queries,
        logged_queries=3,
        top=top,
        judged_by=judged_by,
    )


async def ports(**parts):
    made = services(candidates=FakeCandidates(FOUND), **parts)
    tenant = await made.tenants.create("acme")
    made.collections.by_tenant[tenant.id, "docs"] = collection()
    return made


async def place(session):
    """Query and document of the current result, and its numbers."""
    result = await session.current()
    if result is None:
        return None
    return result.query, result.candidate.external_id, result.query_number, result.number


async def test_results_come_in_order_and_grades_are_stored_at_once():
    made = await ports()
    session = await begin_grading(made, plan("red fox", "fox"))

    assert await place(session) == ("red fox", "doc-1", 1, 1)
    assert (await session.current()).count == 2
    await session.grade(3)
    [stored] = made.judgments.kept[session.tenant_id, session.collection.id]
    assert (stored.query, stored.external_id, stored.grade) == ("red fox", "doc-1", 3)
    assert (stored.source, stored.judged_by) == ("human", "ann")
    session.skip()
    assert await place(session) == ("fox", "doc-1", 2, 1)
    session.skip_query()
    assert await place(session) is None
    assert session.graded == 1
    assert made.rankings.recorded == []


async def test_what_the_person_graded_before_is_left_out():
    made = await ports()
    first = await begin_grading(made, plan("red fox"))
    await first.current()
    await first.grade(2)

    again = await begin_grading(made, plan("red fox"))
    other = await begin_grading(made, plan("red fox", judged_by="bob"))

    assert await place(again) == ("red fox", "doc-2", 1, 1)
    assert await place(other) == ("red fox", "doc-1", 1, 1)


async def test_undo_goes_back_across_queries_and_removes_the_grade():
    made = await ports()
    session = await begin_grading(made, plan("red fox", "fox", top=1))
    await session.current()
    await session.grade(1)
    await session.current()
    session.skip()

    assert await session.undo() is None
    assert await place(session) == ("fox", "doc-1", 2, 1)
    assert (await session.undo()).grade == 1
    assert await place(session) == ("red fox", "doc-1", 1, 1)
    assert session.graded == 0
    assert made.judgments.kept[session.tenant_id, session.collection.id] == []
    with pytest.raises(ConflictError, match="nothing to undo"):
        await session.undo()


async def test_without_queries_those_of_the_log_are_graded():
    class Logged(FakeJudgments):
        async def logged_queries(self, *_, limit):
            return ["red fox", "fox", "red", "other"][:limit]

    made = await ports(judgments=Logged())

    assert await queries_to_grade(made, plan()) == ["red fox", "fox", "red"]
    assert await queries_to_grade(made, plan("own")) == ("own",)


async def test_neither_a_query_nor_a_log_is_a_conflict():
    class Silent(FakeJudgments):
        async def logged_queries(self, *_, **__):
            return []

    made = await ports(judgments=Silent())

    with pytest.raises(ConflictError, match="--query"):
        await begin_grading(made, plan())
    with pytest.raises(NotFoundError):
        await begin_grading(services(tenants=made.tenants), plan("red fox"))
