"""Requests in a dialect are logged and count against the quota like any other."""

import pytest

from pgrerank.inference.rate_limit import RateLimitedScorer, TenantRateLimiter
from tests import fakes
from tests.api.conftest import client_of
from tests.fake_access import FakeQuotas

CALLS = {
    "/v2/rerank": ("cohere", "documents"),
    "/v1/rerank": ("root", "documents"),
    "/rerank": ("tei", "texts"),
    "/compat/cohere/v1/rerank": ("cohere", "documents"),
    "/compat/jina/v1/rerank": ("jina", "documents"),
    "/compat/voyage/v1/rerank": ("voyage", "documents"),
    "/compat/tei/rerank": ("tei", "texts"),
    "/compat/infinity/rerank": ("infinity", "documents"),
    "/compat/vllm/rerank": ("vllm", "documents"),
}


@pytest.mark.parametrize(("path", "dialect", "field"), [(p, *c) for p, c in CALLS.items()])
async def test_a_call_is_a_row_of_the_log(stored_services, database, path, dialect, field):
    async with client_of(stored_services, tenant_id=database.new_tenant()) as client:
        body = {"query": "rome", "model": "m", field: ["a", "rome"]}
        assert (await client.post(path, json=body)).status_code == 200
        [logged] = (await client.get("/v1/rankings")).json()["items"]
    assert (logged["query"], logged["source"], logged["dialect"]) == ("rome", "api", dialect)


async def test_a_collection_is_named_in_a_header(stored_services, database):
    async with client_of(stored_services, tenant_id=database.new_tenant()) as client:
        await client.put("/v1/collections/docs")
        body = {"query": "rome", "documents": ["a", "rome"]}
        statuses = [
            (await client.post("/v1/rerank", json=body, headers=header)).status_code
            for name in ("docs", "nowhere")
            for header in [{"X-Pgrerank-Collection": name}]
        ]
        [logged] = (await client.get("/v1/rankings")).json()["items"]
    assert statuses == [200, 404]
    assert logged["collection"] == "docs"


async def test_each_query_of_a_request_for_scores_is_a_row(stored_services, database):
    async with client_of(stored_services, tenant_id=database.new_tenant()) as client:
        body = {"queries": ["rome", "athens", "rome"], "documents": ["a", "b", "c"]}
        assert (await client.post("/score", json=body)).status_code == 200
        logged = (await client.get("/v1/rankings")).json()["items"]
    assert sorted(each["query"] for each in logged) == ["athens", "rome"]


@pytest.mark.parametrize(("path", "field"), [(p, field) for p, (_, field) in CALLS.items()])
async def test_over_the_quota_a_call_is_refused(path, field):
    clock = fakes.FakeClock()
    meter = TenantRateLimiter(FakeQuotas(), default=1, monotonic=clock.monotonic)
    services = fakes.services(clock=clock, scorer=RateLimitedScorer(fakes.FakeScorer(), meter))
    async with client_of(services) as client:
        body = {"query": "rome", "model": "m", field: ["a"] * 12}
        answers = [await client.post(path, json=body) for _ in range(2)]
        clock.advance(3)
        answers.append(await client.post(path, json=body))
    assert [answer.status_code for answer in answers] == [200, 429, 200]
    assert answers[1].headers["retry-after"] == "3"
    assert "quota of 1 reranked pairs" in answers[1].text
