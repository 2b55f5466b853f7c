"""Quotas and a busy reranker, as callers see them."""

from dataclasses import replace
from uuid import uuid4

import pytest

from pgrerank.domain.errors import OverloadedError
from pgrerank.domain.ids import TenantId
from pgrerank.inference.rate_limit import RateLimitedScorer, TenantRateLimiter
from pgrerank.ports.services import Services
from tests import fakes
from tests.api.conftest import OPERATOR_TOKEN, bearer, client_of
from tests.fake_access import FakeQuotas

SEARCH = {"query": "parse a date", "rerank": "always"}


@pytest.fixture
def quotas() -> FakeQuotas:
    return FakeQuotas()


@pytest.fixture
def services(quotas: FakeQuotas) -> Services:
    """Three candidates for every query, and three pairs a second for every tenant."""
    clock = fakes.FakeClock()
    found = tuple(fakes.candidate(rank, "a date") for rank in range(1, 4))
    meter = TenantRateLimiter(quotas, default=3, monotonic=clock.monotonic)
    scorer = RateLimitedScorer(fakes.FakeScorer(), meter)
    return fakes.services(clock=clock, scorer=scorer, candidates=fakes.FakeCandidates(found))


async def searched(client, times: int = 1):
    await client.put("/v1/collections/docs")
    return [await client.post("/v1/collections/docs/search", json=SEARCH) for _ in range(times)]


async def test_over_the_quota_a_search_is_answered_in_fused_order(services):
    async with client_of(services) as client:
        *served, over = await searched(client, 11)

    assert [answer.json()["rerank"]["status"] for answer in served] == ["full"] * 10
    assert (over.status_code, over.headers["retry-after"]) == (200, "1")
    assert over.json()["rerank"]["status"] == "skipped"
    assert "quota of 3 pairs a second" in over.json()["rerank"]["reason"]
    assert [result["ranks"]["final"] for result in over.json()["results"]] == [1, 2, 3]


async def test_time_and_the_operator_restore_it(services, quotas):
    tenant_id = TenantId(uuid4())
    async with client_of(services, tenant_id=tenant_id) as client:
        await searched(client, 11)
        services.clock.advance(1)
        (later,) = await searched(client)
        (again,) = await searched(client)
        quotas.give(tenant_id, 0)
        (unlimited,) = await searched(client)

    answers = (later, again, unlimited)
    assert [a.json()["rerank"]["status"] for a in answers] == ["full", "skipped", "full"]
    assert "retry-after" not in unlimited.headers


async def test_one_tenant_does_not_use_up_anothers_quota(services):
    async with client_of(services) as first, client_of(services) as second:
        await searched(first, 11)
        (answer,) = await searched(second)

    assert answer.json()["rerank"]["status"] == "full"


async def test_a_busy_reranker_is_told_with_the_time_to_wait(services):
    busy = replace(services, scorer=fakes.FakeScorer(failure=OverloadedError(4)))
    async with client_of(busy) as client:
        (answer,) = await searched(client)

    assert (answer.status_code, answer.headers["retry-after"]) == (200, "4")
    assert answer.json()["rerank"]["reason"] == "the reranker is at capacity"


async def test_the_operator_sets_a_quota(services):
    async with client_of(services) as client:
        operator = bearer(OPERATOR_TOKEN)
        await client.post("/v1/tenants", json={"name": "acme"}, headers=operator)
        path = "/v1/tenants/acme/quota"
        changed = await client.put(path, json={"pairs_per_second": 50}, headers=operator)
        listed = await client.get("/v1/tenants", headers=operator)
        wrong = await client.put(path, json={"pairs_per_second": -1}, headers=operator)
        refused = await client.put(path, json={"pairs_per_second": 0})

    assert changed.json()["pairs_per_second"] == 50
    assert changed.json() in listed.json()["items"]
    assert (wrong.status_code, wrong.json()["field"]) == (400, "pairs_per_second")
    assert refused.status_code == 401
