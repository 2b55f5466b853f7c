"""The log records the API key and the caller's end user."""

from dataclasses import replace

import pytest

from pgrerank.domain.errors import OverloadedError
from tests.api.conftest import client_of
from tests.fakes import FakeScorer

SEARCH = "/v1/collections/docs/search"
USER = "7\u00fc/\U0001f402 ann@example.org"
CALLS = [
    (SEARCH, {"query": "rome"}),
    ("/v1/rankings", {"query": "rome", "documents": ["a", "rome"]}),
]


@pytest.fixture
async def caller(stored_services, new_tenant):
    async with client_of(stored_services, tenant_id=new_tenant()) as client:
        await client.put("/v1/collections/docs")
        yield client


async def own_key(client):
    [key] = (await client.get("/v1/keys")).json()["items"]
    return key["id"]


async def listed(client):
    [logged] = (await client.get("/v1/rankings")).json()["items"]
    return logged


@pytest.mark.parametrize(("path", "body"), CALLS)
async def test_the_log_has_the_key_and_the_user(caller, path, body):
    made = (await caller.post(path, json=body | {"end_user_id": USER})).json()

    one = (await caller.get(f"/v1/rankings/{made['id']}")).json()

    assert (one["key_id"], one["end_user_id"]) == (await own_key(caller), USER)
    assert await listed(caller) == one | {"candidates": None, "documents": None}


@pytest.mark.parametrize(("path", "body"), CALLS)
async def test_who_names_no_user_is_known_by_the_key(caller, path, body):
    for extra in ({}, {"end_user_id": None}):
        made = (await caller.post(path, json=body | extra)).json()
        one = (await caller.get(f"/v1/rankings/{made['id']}")).json()
        assert (one["key_id"], one["end_user_id"]) == (await own_key(caller), None)


async def test_a_call_in_a_dialect_has_the_key(caller):
    await caller.post("/v2/rerank", json={"query": "rome", "model": "m", "documents": ["a"]})

    logged = await listed(caller)

    assert (logged["dialect"], logged["key_id"]) == ("cohere", await own_key(caller))


async def test_a_refused_ranking_has_both(stored_services, new_tenant):
    services = replace(stored_services, scorer=FakeScorer(failure=OverloadedError(7)))
    async with client_of(services, tenant_id=new_tenant()) as client:
        body = {"query": "rome", "documents": ["a"], "end_user_id": "ann"}
        assert (await client.post("/v1/rankings", json=body)).status_code == 503
        logged = await listed(client)
        assert (logged["key_id"], logged["end_user_id"]) == (await own_key(client), "ann")


@pytest.mark.parametrize(("path", "body"), CALLS)
@pytest.mark.parametrize("wrong", ["", " ", "a" * 201, "a\0b", 7, ["ann"]])
async def test_a_user_that_cannot_be_kept_is_refused_by_name(caller, path, body, wrong):
    answer = await caller.post(path, json=body | {"end_user_id": wrong})

    assert (answer.status_code, answer.json()["field"]) == (400, "end_user_id"), answer.text


@pytest.mark.parametrize(("path", "body"), CALLS)
async def test_half_a_surrogate_pair_is_no_user(caller, path, body):
    whole = str(body | {"end_user_id": "?"}).replace("'", '"').replace("?", "\\ud800")

    answer = await caller.post(path, content=whole, headers={"Content-Type": "application/json"})

    assert answer.status_code == 400, answer.text


@pytest.mark.parametrize(("path", "body"), CALLS)
async def test_a_user_of_200_characters_fits(caller, path, body):
    longest = "\U0001f402" * 200

    made = (await caller.post(path, json=body | {"end_user_id": longest})).json()

    assert (await caller.get(f"/v1/rankings/{made['id']}")).json()["end_user_id"] == longest
