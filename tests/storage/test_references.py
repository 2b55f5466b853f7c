"""Reference sets and their runs in Postgres."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from uuid_utils.compat import uuid7

from pgrerank.domain.drift import HealthState
from pgrerank.domain.errors import NotFoundError
from pgrerank.domain.reference import ReferencePair, ReferenceSet, ReferenceVerdict, Run, ScoredSet
from pgrerank.domain.rescoring import compare_with_previous
from pgrerank.storage import drift, references
from pgrerank.storage.references import PostgresReferences
from tests.fakes import FakeScorer
from tests.fixtures.collections import embedded
from tests.fixtures.rankings import ranking

PAIRS = [
    ReferencePair(query="red fox", passage="a\nfox"),
    ReferencePair(query="whale", passage="a 'whale'"),
]


def a_set(name="canary", pairs=PAIRS):
    return ReferenceSet(id=uuid7(), name=name, pairs=pairs, created_at=datetime.now(UTC))


def a_run(reference, before=None, **changes):
    run = Run(
        id=uuid7(),
        created_at=datetime.now(UTC),
        digest=reference.digest,
        model=FakeScorer.model,
        environment={"torch": "2.0"},
        scores=[1.5, None],
        truncated=[False, True],
    )
    run = replace(run, **changes)
    return ScoredSet(name=reference.name, run=run, comparison=compare_with_previous(run, before))


@pytest.fixture
def kept(service_pool):
    return PostgresReferences(service_pool)


async def test_a_set_comes_back_as_it_was(kept, new_tenant):
    tenant_id, made = new_tenant(), a_set()
    await kept.put(tenant_id, made)

    assert await kept.by_name(tenant_id, "canary") == made


async def test_the_same_name_gets_other_pairs_and_keeps_its_runs(kept, new_tenant):
    tenant_id, made = new_tenant(), a_set()
    await kept.put(tenant_id, made)
    await kept.add(tenant_id, made, a_run(made))
    await kept.put(tenant_id, a_set(pairs=PAIRS[:1]))

    found = await kept.by_name(tenant_id, "canary")

    assert found.pairs == PAIRS[:1]
    assert (await kept.newest(tenant_id, found)).digest == made.digest


async def test_the_newest_run_comes_back_as_it_was(kept, new_tenant):
    tenant_id, made = new_tenant(), a_set()
    await kept.put(tenant_id, made)
    first, second = a_run(made), a_run(made, scores=[2.5, -1.0])
    await kept.add(tenant_id, made, first)
    await kept.add(tenant_id, made, second, after=first.run)

    assert await kept.newest(tenant_id, made) == second.run


async def test_of_two_runs_at_once_only_one_is_stored(kept, new_tenant, database):
    tenant_id, made = new_tenant(), a_set()
    await kept.put(tenant_id, made)
    with database.admin() as admin:
        admin.execute(
            "select from pgrerank.reference_set where tenant_id = %s for update", [tenant_id]
        )
        both = asyncio.gather(*(kept.add(tenant_id, made, a_run(made)) for _ in range(2)))
        await database.lock_waits(2)

    assert sorted(await both) == [False, True]


async def test_a_set_without_runs_has_no_newest(kept, new_tenant):
    assert await kept.newest(new_tenant(), a_set()) is None


async def test_sets_are_listed_with_their_newest_run(kept, new_tenant, database):
    tenant_id, made = new_tenant(), a_set()
    await kept.put(tenant_id, made)
    await kept.put(tenant_id, a_set("b-side"))
    await kept.add(tenant_id, made, a_run(made))

    bare, scored = await kept.all(tenant_id)

    assert (scored.name, scored.pairs, scored.verdict) == ("canary", 2, ReferenceVerdict.FIRST)
    assert scored.reranker == FakeScorer.model.name
    assert (bare.name, bare.scored_at, bare.verdict) == ("b-side", None, None)
    assert await references.there_are_some(database.admin_url)


async def test_tenants_do_not_see_each_others_sets(kept, two_tenants):
    mine, theirs = two_tenants
    await kept.put(theirs, a_set())

    assert await kept.all(mine) == []
    with pytest.raises(NotFoundError, match="reference list"):
        await kept.by_name(mine, "canary")


async def test_a_set_goes_with_its_runs(kept, new_tenant, database):
    tenant_id, made = new_tenant(), a_set()
    await kept.put(tenant_id, made)
    await kept.add(tenant_id, made, a_run(made))

    await kept.delete(tenant_id, "canary")

    with database.admin() as admin:
        left = admin.execute(
            "select count(*) from pgrerank.reference_run where tenant_id = %s", [tenant_id]
        ).fetchone()
    assert left == (0,)
    with pytest.raises(NotFoundError):
        await kept.delete(tenant_id, "canary")


async def test_pairs_are_drawn_from_what_was_reranked_one_a_query(kept, journal):
    await journal.shelf.store(*[embedded(f"d{n}", f"walrus {n}", title="T") for n in range(5)])
    found = (await journal.shelf.retrieve("walrus")).candidates
    for n in range(4):
        request = replace(journal.request, query=f"walrus {n}?")
        await journal.record(ranking(found, [3.0, 2.0, 1.0]), request=request)
    await journal.record(ranking(found), request=replace(journal.request, query="skipped"))

    drawn = await kept.sample(journal.shelf.tenant_id, "shelf", pairs=3)
    again = await kept.sample(journal.shelf.tenant_id, None, pairs=3)

    reranked = {f"T\nwalrus {each.external_id[1:]}" for each in found[:3]}
    assert len({pair.query for pair in drawn}) == 3
    assert {pair.passage for pair in drawn} <= reranked
    assert again == drawn
    assert await kept.sample(journal.shelf.tenant_id, "other", pairs=3) == []


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({}, HealthState.OK),
        ({"scores": [9.0, None]}, HealthState.ALERT),
        ({"model": replace(FakeScorer.model, fingerprint="9" * 64)}, HealthState.WARN),
    ],
    ids=["same", "changed", "other model"],
)
async def test_health_tells_what_became_of_the_scores(kept, database, changes, state):
    name = f"t-{uuid7()}"
    tenant_id, made = database.new_tenant(name), a_set()
    await kept.put(tenant_id, made)
    first = a_run(made)
    changed = a_run(made, first.run, **changes)
    # A later run finds no change, and must not hide the alert.
    await kept.add(tenant_id, made, first)
    await kept.add(tenant_id, made, changed, after=first.run)
    await kept.add(tenant_id, made, a_run(made, changed.run, **changes), after=changed.run)

    [found] = await drift.health(database.admin_url, tenant=name)

    assert (found.check_name, found.collection, found.state) == ("reference", None, state)
    assert found.samples == 3
    assert found.advice.startswith("canary: ")
    if state is not HealthState.OK:
        assert found.advice == f"canary: {changed.comparison.message}"
