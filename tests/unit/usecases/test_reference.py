from dataclasses import replace
from datetime import timedelta

import pytest
from uuid_utils.compat import uuid7

from pgrerank.domain.errors import InvalidRequestError, NotFoundError, ScoringError
from pgrerank.domain.reference import ReferencePair, ReferenceVerdict
from pgrerank.usecases.evaluation import reference
from tests import fakes
from tests.fake_references import FakeReferences

PAIRS = [
    ReferencePair(query="red fox", passage="a red fox"),
    ReferencePair(query="blue whale", passage="a whale"),
    ReferencePair(query="red fox", passage="nothing of it"),
]
ENVIRONMENT = {"torch": "2.0"}


@pytest.fixture
def tenant_id():
    return uuid7()


async def test_scores_come_in_the_order_of_the_pairs(tenant_id):
    services = fakes.services()
    await reference.keep(services, tenant_id, "canary", PAIRS)

    scored = await reference.score(services, tenant_id, "canary", ENVIRONMENT)

    assert scored.run.scores == [2.0, 1.0, 0.0]
    assert scored.run.environment == ENVIRONMENT
    assert scored.comparison.verdict is ReferenceVerdict.FIRST
    assert services.scorer.asked == [("red fox", 2), ("blue whale", 1)]


async def test_a_second_run_is_compared_with_the_first(tenant_id):
    services = fakes.services()
    await reference.keep(services, tenant_id, "canary", PAIRS)
    first = await reference.score(services, tenant_id, "canary", ENVIRONMENT)

    second = await reference.score(services, tenant_id, "canary", ENVIRONMENT)

    assert second.comparison.verdict is ReferenceVerdict.SAME
    assert second.comparison.compared_with == first.run.id


async def test_a_run_is_compared_with_one_that_was_stored_while_it_was_scored(tenant_id):
    class Late(FakeReferences):
        """Has its newest run only after it was asked for it once."""

        async def newest(self, tenant_id, reference):
            runs = self.runs.setdefault((tenant_id, reference.name), [])
            newest = await super().newest(tenant_id, reference)
            if not runs:
                runs.append(other)
            return newest

    services = fakes.services()
    await reference.keep(services, tenant_id, "canary", PAIRS)
    other = await reference.score(services, tenant_id, "canary", ENVIRONMENT)
    late = replace(services, references=Late(sets=services.references.sets))

    scored = await reference.score(late, tenant_id, "canary", ENVIRONMENT)

    assert scored.comparison.compared_with == other.run.id
    assert late.references.runs[tenant_id, "canary"] == [other, scored]
    assert len(services.scorer.asked) == 2 * 2


async def test_other_pairs_begin_anew(tenant_id):
    services = fakes.services()
    await reference.keep(services, tenant_id, "canary", PAIRS)
    await reference.score(services, tenant_id, "canary", ENVIRONMENT)
    await reference.keep(services, tenant_id, "canary", PAIRS[:2])

    scored = await reference.score(services, tenant_id, "canary", ENVIRONMENT)

    assert scored.comparison.verdict is ReferenceVerdict.FIRST


async def test_a_model_that_fails_leaves_nothing_stored(tenant_id):
    services = fakes.services(scorer=fakes.FakeScorer(failure=ScoringError("the reranker")))
    await reference.keep(services, tenant_id, "canary", PAIRS)

    with pytest.raises(ScoringError):
        await reference.score(services, tenant_id, "canary", ENVIRONMENT)

    assert services.references.runs == {}


async def test_all_sets_of_all_tenants_are_scored():
    services = fakes.services()
    for name in ("acme", "zoo"):
        tenant = await services.tenants.create(name)
        await reference.keep(services, tenant.id, f"{name}-canary", PAIRS)

    scored = await reference.score_all(services, ENVIRONMENT)

    assert [each.name for each in scored] == ["acme-canary", "zoo-canary"]
    assert await reference.score_all(services, ENVIRONMENT) == []


async def test_a_set_is_scored_again_half_a_day_later():
    services = await services_with_a_scored_set()
    services.clock.instant += timedelta(hours=12)

    assert len(await reference.score_all(services, ENVIRONMENT)) == 1


async def test_another_reranker_library_or_set_of_pairs_is_scored_at_once():
    services = await services_with_a_scored_set()
    [tenant] = [each async for each in services.tenants.all()]
    other = fakes.FakeScorer()
    other.model = replace(other.model, fingerprint="9" * 64)

    newer = replace(services, scorer=other)
    assert len(await reference.score_all(newer, ENVIRONMENT)) == 1
    assert len(await reference.score_all(newer, {"torch": "3.0"})) == 1
    await reference.keep(services, tenant.id, "canary", PAIRS[:1])
    assert len(await reference.score_all(newer, {"torch": "3.0"})) == 1


async def services_with_a_scored_set():
    services = fakes.services()
    tenant = await services.tenants.create("acme")
    await reference.keep(services, tenant.id, "canary", PAIRS)
    await reference.score_all(services, ENVIRONMENT)
    return services


async def test_pairs_of_the_log_are_kept_once_each(tenant_id):
    class Logged(FakeReferences):
        async def sample(self, *_: object, pairs: int):
            return [*PAIRS, PAIRS[0]][:pairs]

    services = fakes.services(references=Logged())

    kept = await reference.keep_from_log(services, tenant_id, "canary", collection=None, pairs=9)

    assert kept == 3


async def test_no_pair_is_no_set(tenant_id):
    with pytest.raises(InvalidRequestError, match="1 to 10000"):
        await reference.keep(fakes.services(), tenant_id, "canary", [])


async def test_a_set_that_is_not_there_is_not_scored(tenant_id):
    with pytest.raises(NotFoundError):
        await reference.score(fakes.services(), tenant_id, "canary", ENVIRONMENT)
