from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace

import pytest

from pgrerank.domain.errors import ConflictError, InvalidRequestError, NotFoundError
from pgrerank.domain.judgment import Judgment
from pgrerank.domain.request import RerankMode, SearchRequest, Strategy
from pgrerank.usecases.evaluation.judged_collection import JudgedCollection, evaluation_plan
from pgrerank.usecases.evaluation.sweep import SweepPlan, sweep_rerankers
from pgrerank.usecases.evaluation.tune import TuningPlan, tune_collection
from tests.fakes import FakeCandidates, FakeScorer, candidate, collection, services

FOUND = (candidate(1, "red", external_id="x"), candidate(2, "red fox", external_id="right"))
#: judged queries of which one has no relevant document
GRADES = {**{f"red fox {n}": {"right": 1} for n in range(12)}, "whale": {"right": 0}}


async def ports(**parts):
    made = services(candidates=FakeCandidates(FOUND), **parts)
    tenant = await made.tenants.create("acme")
    made.collections.by_tenant[tenant.id, "docs"] = collection()
    return made


def judged(request=None, **changes):
    return JudgedCollection(
        tenant_name="acme",
        collection_name="docs",
        request=request or SearchRequest(query=""),
        **{"grades": GRADES, **changes},
    )


async def test_queries_without_a_relevant_document_are_left_out():
    made = await ports()

    plan = await evaluation_plan(made, judged())
    few = await evaluation_plan(made, judged(max_queries=5))

    assert len(plan.questions) == 12
    assert all(question.has_answer for question in plan.questions)
    assert len(few.questions) <= 5


async def test_without_grades_the_stored_judgments_count():
    made = await ports()
    tenant = await made.tenants.by_name("acme")
    grade = Judgment(query="q", external_id="right", grade=2, source="human")
    await made.judgments.add(tenant.id, collection(), [grade])

    [question] = (await evaluation_plan(made, judged(grades=None))).questions

    assert (question.query, question.grades) == ("q", {"right": 2})


@pytest.mark.parametrize("grades", [None, {}, {"whale": {"right": 0}}])
async def test_no_relevant_document_is_a_conflict_with_the_remedy(grades):
    with pytest.raises(ConflictError, match="pgrerank judgment import"):
        await evaluation_plan(await ports(), judged(grades=grades))


async def test_a_name_that_is_not_there_is_not_found():
    made = await ports()

    for wrong in ({"tenant_name": "acne"}, {"collection_name": "dogs"}):
        with pytest.raises(NotFoundError):
            await evaluation_plan(made, replace(judged(), **wrong))


async def test_rerankers_are_opened_one_after_the_other_and_the_first_also_measures_none():
    made, opened, counts = await ports(), [], []

    @asynccontextmanager
    async def open_services(name):
        opened.append(name)
        scorer = FakeScorer()
        scorer.model = replace(FakeScorer.model, name=name)
        yield replace(made, scorer=scorer)
        opened.append(f"{name} closed")

    @contextmanager
    def counter(name, total):
        counts.append((name, total))
        yield lambda: None

    plan = SweepPlan(
        judged=judged(), rerankers=["a", "b"], candidates=[50], depths=[2, 5], measure="RR@10"
    )
    points = await sweep_rerankers(open_services, plan, counter=counter)

    assert opened == ["a", "a closed", "b", "b closed"]
    assert counts == [("a", 36), ("b", 24)]
    assert [(each.knobs.reranker, each.knobs.depth) for each in points] == [
        (None, None),
        ("a", 2),
        ("a", 5),
        ("b", 2),
        ("b", 5),
    ]


async def test_tuning_starts_from_the_settings_of_the_collection_and_of_the_search():
    made = await ports()
    reranked = SearchRequest(query="", candidates=50, depth=5, rerank=RerankMode.ALWAYS)
    bare = SearchRequest(query="", strategy=Strategy.KEYWORD, rerank=RerankMode.NEVER)

    tuning, applied = await tune_collection(
        made, TuningPlan(judged=judged(reranked), measure="RR@10", write=True)
    )
    without, _ = await tune_collection(made, TuningPlan(judged=judged(bare), measure="RR@10"))

    assert (tuning.before.candidates, tuning.before.depth) == (50, 5)
    assert tuning.before.retrieval == collection().retrieval
    assert (without.before.candidates, without.before.depth) == (100, None)
    assert not applied
    with pytest.raises(InvalidRequestError, match="at least 10"):
        await tune_collection(made, TuningPlan(judged=judged(max_queries=5), measure="RR@10"))
