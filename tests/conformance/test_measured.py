"""Judgments, evaluations, calibrations, thresholds, references: each fake against Postgres."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from uuid_utils.compat import uuid7

from pgrerank.domain.calibration import Method, Unjudged
from pgrerank.domain.errors import InvalidRequestError, NotFoundError
from pgrerank.domain.judgment import Judgment
from pgrerank.domain.reference import ReferencePair, ReferenceSet, Run, ScoredSet
from pgrerank.domain.request import SearchRequest
from pgrerank.domain.rescoring import compare_with_previous
from pgrerank.domain.threshold import Threshold
from pgrerank.usecases.calibration.calibrate import fit_pairs
from pgrerank.usecases.calibration.judged_pairs import CalibrationPlan
from tests.fakes import FakeScorer
from tests.fixtures.evaluations import answer, evaluation
from tests.fixtures.samples import Law

MODEL = FakeScorer.model
SAMPLE = Law().sample(30, 10, seed=1)


def judgment(external_id="a", grade=1, judged_by=None):
    return Judgment(
        query="q", external_id=external_id, grade=grade, source="human", judged_by=judged_by
    )


async def test_the_same_judgment_is_kept_once_and_can_be_taken_back(ports, tenant_id, docs):
    first = await ports.judgments.add(tenant_id, docs, [judgment(), judgment(), judgment("b")])
    again = await ports.judgments.add(tenant_id, docs, [judgment(), judgment(grade=0)])

    assert (first, again) == (2, 1)
    assert await ports.judgments.remove(tenant_id, docs, judgment())
    assert not await ports.judgments.remove(tenant_id, docs, judgment())
    assert await ports.judgments.add(tenant_id, docs, [judgment()]) == 1


async def test_what_a_judge_graded_is_told_by_name(ports, tenant_id, docs):
    given = [judgment("a", judged_by="ann"), judgment("b", judged_by="bob"), judgment("c")]
    await ports.judgments.add(tenant_id, docs, given)

    assert await ports.judgments.of_judge(tenant_id, docs, "ann") == {("q", "a", None)}


@pytest.fixture
async def run(ports, tenant_id, docs):
    """Stores a run of the collection."""

    async def saved(label=None):
        made = evaluation(answer(), collection=docs.name, label=label)
        await ports.evaluations.save(tenant_id, docs, made, (ports.embedder.model, MODEL))
        return made

    return saved


async def test_a_run_is_read_by_its_id_and_the_newest_by_its_label(ports, tenant_id, run):
    _, newer = await run("words"), await run("words")

    assert await ports.evaluations.get(tenant_id, newer.id) == newer
    assert await ports.evaluations.by_label(tenant_id, "words") == newer
    with pytest.raises(NotFoundError):
        await ports.evaluations.get(tenant_id, uuid4())
    with pytest.raises(NotFoundError):
        await ports.evaluations.by_label(tenant_id, "wrods")


async def test_runs_are_listed_newest_first_without_queries(ports, tenant_id, run):
    made = [await run() for _ in range(3)]

    first = await ports.evaluations.page(tenant_id, collection=None, limit=2, cursor=None)
    rest = await ports.evaluations.page(tenant_id, collection="docs", limit=2, cursor=first.cursor)
    none = await ports.evaluations.page(tenant_id, collection="other", limit=2, cursor=None)

    listed = [*first.items, *rest.items]
    assert [each.id for each in listed] == [each.id for each in reversed(made)]
    assert [each.answers for each in listed] == [()] * 3
    assert none.items == []


@pytest.fixture
def calibrate(ports, tenant_id, docs):
    """Stores a calibration of the collection, or of the tenant."""

    async def stored(collection=docs):
        plan = CalibrationPlan(
            request=SearchRequest(query=""), method=Method.PLATT, unjudged=Unjudged.IRRELEVANT
        )
        made = replace(
            fit_pairs(SAMPLE, plan, MODEL, warnings=[]),
            id=uuid7(),
            created_at=docs.created_at,
            collection=collection and collection.name,
        )
        await ports.calibrations.add(tenant_id, collection, MODEL, made, SAMPLE)
        return made

    return stored


async def test_a_calibration_is_read_with_its_points_and_its_pairs(ports, tenant_id, calibrate):
    made = await calibrate()

    found = await ports.calibrations.get(tenant_id, made.id)
    sample = await ports.calibrations.sample(tenant_id, made.id)

    assert found == made
    assert found.points
    assert list(sample.scores) == list(SAMPLE.scores)


async def test_calibrations_are_listed_newest_first_without_points(ports, tenant_id, calibrate):
    made = [await calibrate(), await calibrate(None), await calibrate()]

    first = await ports.calibrations.page(tenant_id, None, limit=2, cursor=None)
    rest = await ports.calibrations.page(tenant_id, None, limit=2, cursor=first.cursor)
    own = await ports.calibrations.page(tenant_id, "docs", limit=9, cursor=None)

    listed = [*first.items, *rest.items]
    assert [each.id for each in listed] == [each.id for each in reversed(made)]
    assert [len(each.points) for each in listed] == [0, 0, 0]
    assert [each.id for each in own.items] == [made[2].id, made[0].id]
    with pytest.raises(InvalidRequestError, match="cursor"):
        await ports.calibrations.page(tenant_id, None, limit=2, cursor="nonsense")


async def test_a_deleted_calibration_is_not_there(ports, tenant_id, calibrate):
    made = await calibrate()
    await ports.calibrations.delete(tenant_id, made.id)

    for asked in (
        ports.calibrations.get(tenant_id, made.id),
        ports.calibrations.sample(tenant_id, made.id),
        ports.calibrations.delete(tenant_id, made.id),
    ):
        with pytest.raises(NotFoundError):
            await asked


async def test_a_threshold_takes_the_place_of_its_name(ports, tenant_id, docs):
    for name, least in (("strict", 0.9), ("loose", 0.1), ("strict", 0.8)):
        made = Threshold(name=name, min_relevance=least, created_at=docs.created_at)
        await ports.thresholds.set(tenant_id, docs, made)

    listed = await ports.thresholds.all(tenant_id)
    assert [(each.name, each.min_relevance, each.collection) for each in listed] == [
        ("loose", 0.1, "docs"),
        ("strict", 0.8, "docs"),
    ]
    await ports.thresholds.delete(tenant_id, docs, "loose")
    assert [each.name for each in await ports.thresholds.all(tenant_id)] == ["strict"]
    with pytest.raises(NotFoundError):
        await ports.thresholds.delete(tenant_id, docs, "loose")


def reference(name="canary", passages=("a", "b")):
    pairs = [ReferencePair(query="q", passage=passage) for passage in passages]
    return ReferenceSet(id=uuid7(), name=name, pairs=pairs, created_at=datetime.now(UTC))


def scored(of, before=None):
    run = Run(
        id=uuid7(),
        created_at=datetime.now(UTC),
        digest=of.digest,
        model=MODEL,
        environment={},
        scores=[1.0] * len(of.pairs),
        truncated=[False] * len(of.pairs),
    )
    return ScoredSet(name=of.name, run=run, comparison=compare_with_previous(run, before))


async def test_sets_are_listed_by_name_each_with_its_newest_run(ports, tenant_id):
    run_set, idle = reference("b"), reference("a", ["x"])
    for each in (run_set, idle):
        await ports.references.put(tenant_id, each)
    first = scored(run_set)
    second = scored(run_set, first.run)
    for each in (first, second):
        await ports.references.add(tenant_id, run_set, each)

    listed = await ports.references.all(tenant_id)

    assert [(each.name, each.pairs, each.scored_at) for each in listed] == [
        ("a", 1, None),
        ("b", 2, second.run.created_at),
    ]
    assert (listed[1].verdict, listed[1].reranker) == (second.comparison.verdict, MODEL.name)
    assert (await ports.references.newest(tenant_id, run_set)).id == second.run.id
    assert await ports.references.newest(tenant_id, idle) is None


async def test_a_set_gets_other_pairs_and_is_deleted_with_its_runs(ports, tenant_id):
    made = reference()
    await ports.references.put(tenant_id, made)
    await ports.references.add(tenant_id, made, scored(made))
    await ports.references.put(tenant_id, reference(passages=["z"]))
    found = await ports.references.by_name(tenant_id, "canary")

    assert [pair.passage for pair in found.pairs] == ["z"]
    await ports.references.delete(tenant_id, "canary")
    with pytest.raises(NotFoundError):
        await ports.references.by_name(tenant_id, "canary")
    with pytest.raises(NotFoundError):
        await ports.references.delete(tenant_id, "canary")
