"""References: the fake against the Postgres implementation, in what the fake can do."""

from datetime import UTC, datetime

import pytest
from uuid_utils.compat import uuid7

from pgrerank.domain.errors import NotFoundError
from pgrerank.domain.reference import ReferencePair, ReferenceSet, Run, ScoredSet
from pgrerank.domain.rescoring import compare_with_previous
from tests.fakes import FakeScorer

MODEL = FakeScorer.model


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
    assert await ports.references.add(tenant_id, run_set, first)
    assert await ports.references.add(tenant_id, run_set, second, after=first.run)

    listed = await ports.references.all(tenant_id)

    assert [(each.name, each.pairs, each.scored_at) for each in listed] == [
        ("a", 1, None),
        ("b", 2, second.run.created_at),
    ]
    assert (listed[1].verdict, listed[1].reranker) == (second.comparison.verdict, MODEL.name)
    assert (await ports.references.newest(tenant_id, run_set)).id == second.run.id
    assert await ports.references.newest(tenant_id, idle) is None


async def test_a_run_that_was_not_compared_with_the_newest_is_not_stored(ports, tenant_id):
    made = reference()
    await ports.references.put(tenant_id, made)
    first, late = scored(made), scored(made)
    await ports.references.add(tenant_id, made, first)

    assert not await ports.references.add(tenant_id, made, late)
    assert (await ports.references.newest(tenant_id, made)).id == first.run.id
    assert await ports.references.add(tenant_id, made, scored(made, first.run), after=first.run)
    assert not await ports.references.add(tenant_id, made, scored(made, first.run), after=first.run)


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


async def test_sets_of_another_tenant_are_neither_read_nor_deleted(ports, tenant_id, make_tenant):
    mine, theirs, stranger = reference(), reference(passages=["theirs"]), make_tenant()
    await ports.references.put(tenant_id, mine)
    await ports.references.put(stranger, theirs)
    await ports.references.add(tenant_id, mine, scored(mine))

    [listed] = await ports.references.all(stranger)

    assert (listed.pairs, listed.scored_at) == (1, None)
    assert await ports.references.newest(stranger, theirs) is None
    await ports.references.delete(stranger, "canary")
    with pytest.raises(NotFoundError):
        await ports.references.by_name(stranger, "canary")
    assert len((await ports.references.by_name(tenant_id, "canary")).pairs) == 2
    assert await ports.references.newest(tenant_id, mine) is not None
