import pytest

from pgrerank.domain.judgment import Judgment
from tests.api.conftest import client_of

DOCUMENTS = [
    {"id": name, "text": f"The {name} eats and sleeps."} for name in ("walrus", "otter", "heron")
]


@pytest.fixture
async def zoo(stored_services, database):
    """A caller whose collection `docs` has three judged queries."""
    tenant_id = database.new_tenant()
    async with client_of(stored_services, tenant_id=tenant_id) as caller:
        await caller.put("/v1/collections/docs")
        stored = await caller.put("/v1/collections/docs/documents", json=DOCUMENTS)
        assert stored.status_code == 200
        collection = await stored_services.collections.by_name(tenant_id, "docs")
        await stored_services.judgments.add(
            tenant_id,
            collection,
            [
                Judgment(query=f"{each['id']} food", external_id=each["id"], grade=1, source="test")
                for each in DOCUMENTS
            ],
        )
        yield caller


async def test_evaluation_measures_stores_and_shows_each_query(zoo):
    answer = await zoo.post("/v1/evaluations", json={"collection": "docs", "label": "first"})

    assert answer.status_code == 201
    made = answer.json()
    assert (made["queries"], made["label"], made["statuses"]) == (3, "first", {"full": 3})
    assert made["metrics"]["RR@10"] == 1
    assert {each["documents"][0] + " food" for each in made["answers"]} == {
        each["query"] for each in made["answers"]
    }
    assert (await zoo.get(f"/v1/evaluations/{made['id']}")).json() == {
        **made,
        "answers": sorted(made["answers"], key=lambda each: each["query"]),
    }


async def test_evaluations_are_listed_without_their_queries(zoo):
    for queries in (2, 1):
        await zoo.post("/v1/evaluations", json={"collection": "docs", "queries": queries})

    first = (await zoo.get("/v1/evaluations", params={"limit": 1})).json()
    rest = (await zoo.get("/v1/evaluations", params={"cursor": first["cursor"]})).json()
    none = (await zoo.get("/v1/evaluations", params={"collection": "other"})).json()

    assert [run["queries"] for run in [*first["items"], *rest["items"]]] == [1, 2]
    assert first["items"][0]["answers"] is None
    assert none["items"] == []


async def test_evaluation_leaves_the_log_alone(zoo):
    await zoo.post("/v1/evaluations", json={"collection": "docs"})

    assert (await zoo.get("/v1/rankings")).json()["items"] == []


async def test_collection_without_judgments_is_a_conflict(client):
    answer = await client.post("/v1/evaluations", json={"collection": "docs"})

    assert answer.status_code == 409
    assert "no judgments" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"collection": "nowhere"}, 404),
        ({"collection": "docs", "queries": 0}, 400),
        ({"collection": "docs", "label": "\n"}, 400),
        ({"collection": "docs", "typo": 1}, 400),
        ({}, 400),
    ],
)
async def test_evaluation_that_cannot_be_is_refused(zoo, body, status):
    assert (await zoo.post("/v1/evaluations", json=body)).status_code == status


async def test_evaluation_of_another_tenant_is_not_found(zoo, stored_services, database):
    made = (await zoo.post("/v1/evaluations", json={"collection": "docs"})).json()

    async with client_of(stored_services, tenant_id=database.new_tenant()) as stranger:
        answer = await stranger.get(f"/v1/evaluations/{made['id']}")

    assert answer.status_code == 404
