"""Collections that are reranked or embedded by another server, over Postgres and real HTTP."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from pgrerank.storage.rankings import PostgresRankings
from tests import fakes
from tests.api.conftest import Client, client_of, services_over
from tests.fixtures.other_server import Answer, Request, other_server
from tests.inference.remote.asking import named, reranker

SEARCH = "/v1/collections/things/search"
ASKED = {"query": "red fruit", "rerank": "always"}
TEXTS = ["a tree", "a red tree", "a red fruit"]
EMBEDDER = """
[embedder.bags]
url = "{url}"
dialect = "openai"
model = "bags"
dimensions = 64
"""


def shortest(request: Request) -> Answer:
    """A reranker that likes short texts."""
    scores = [1 / len(text) for text in request.body["documents"]]
    return Answer({"results": [{"index": i, "relevance_score": s} for i, s in enumerate(scores)]})


def bags(request: Request) -> Answer:
    """The embedder of the fakes, behind OpenAI's dialect."""
    vectors = [fakes.bag_of_words(text).tolist() for text in request.body["input"]]
    return Answer({"data": [{"index": i, "embedding": v} for i, v in enumerate(vectors)]})


@asynccontextmanager
async def caller(database, service_pool, folder: Path, toml: str) -> AsyncIterator[Client]:
    async with named(folder, toml) as found:
        services = services_over(database, service_pool)
        cards = [each.model for each in (services.scorer, *found.rerankers.values())]
        services = replace(
            services,
            rerankers=found.rerankers,
            embedders=found.embedders,
            rankings=PostgresRankings(service_pool, *cards),
        )
        async with client_of(services, tenant_id=database.new_tenant()) as client:
            yield client


async def stocked(client: Client, **collection: str) -> None:
    made = await client.put("/v1/collections/things", json=collection)
    assert made.status_code == 200, made.text
    documents = [{"id": str(place), "text": text} for place, text in enumerate(TEXTS)]
    stored = await client.put("/v1/collections/things/documents", json=documents)
    assert stored.json()["created"] == len(TEXTS)


def ids(answer) -> list[str]:
    return [result["document"]["id"] for result in answer.json()["results"]]


def by_reranker(answer) -> list[str]:
    """Ids in the order of the reranker's own scores, which are one part of those that order."""
    results = sorted(answer.json()["results"], key=lambda result: -result["scores"]["rerank"])
    return [result["document"]["id"] for result in results]


async def test_collection_is_reranked_by_the_server_it_names(database, service_pool, tmp_path):
    with other_server(shortest) as server:
        async with caller(database, service_pool, tmp_path, reranker(server.url)) as client:
            await stocked(client, reranker="other")
            found = await client.post(SEARCH, json=ASKED)
            logged = await client.get(f"/v1/rankings/{found.json()['id']}")

    assert by_reranker(found) == ["0", "1", "2"]
    assert (found.json()["rerank"]["status"], found.json()["rerank"]["model"]) == ("full", "m")
    assert logged.json()["rerank"]["model"] == "m"


async def test_reranker_of_a_collection_is_changed_and_taken_back(database, service_pool, tmp_path):
    with other_server(shortest) as server:
        async with caller(database, service_pool, tmp_path, reranker(server.url)) as client:
            await stocked(client)
            before = await client.post(SEARCH, json=ASKED)
            changed = await client.patch("/v1/collections/things", json={"reranker": "other"})
            after = await client.post(SEARCH, json=ASKED)
            back = await client.patch("/v1/collections/things", json={"reranker": None})
            again = await client.post(SEARCH, json=ASKED)

    assert (changed.json()["reranker"], back.json()["reranker"]) == ("other", None)
    assert [by_reranker(each)[0] for each in (before, after, again)] == ["2", "0", "2"]


async def test_settings_of_a_collection_are_changed_all_or_none(database, service_pool, tmp_path):
    weights = {"dense_weight": 0, "keyword_weight": 0, "sparse_weight": 0}
    async with caller(database, service_pool, tmp_path, reranker("http://127.0.0.1:9")) as client:
        made = await client.put("/v1/collections/things")
        refused = [
            await client.patch("/v1/collections/things", json=body)
            for body in (
                {"reranker": "other", "retrieval": weights},
                {"reranker": "mine", "retrieval": {"k1": 2}},
            )
        ]
        after = await client.get("/v1/collections/things")
        both = await client.patch(
            "/v1/collections/things", json={"reranker": "other", "retrieval": {"k1": 2}}
        )

    assert [each.status_code for each in refused] == [400, 400]
    assert [each.json()["field"] for each in refused] == ["dense_weight", "reranker"]
    assert after.json() == made.json()
    assert both.json() == made.json() | {
        "reranker": "other",
        "retrieval": made.json()["retrieval"] | {"k1": 2},
    }


async def test_server_that_fails_leaves_the_first_order_and_says_so(
    database, service_pool, tmp_path
):
    with other_server(lambda _: Answer(status=401)) as server:
        async with caller(database, service_pool, tmp_path, reranker(server.url)) as client:
            await stocked(client, reranker="other")
            found = await client.post(SEARCH, json=ASKED)
            logged = await client.get(f"/v1/rankings/{found.json()['id']}")

    report = found.json()["rerank"]
    assert (report["status"], report["scored"], report["model"]) == ("failed", 0, None)
    assert report["reason"] == "the backend `other` answered 401 Unauthorized"
    assert ids(found)[0] == "2"
    assert logged.json()["rerank"]["reason"] == report["reason"]


async def test_tokens_of_a_language_model_and_their_price_are_logged(
    database, service_pool, tmp_path
):
    usage = {"prompt_tokens": 1000, "completion_tokens": 10}
    said = {"choices": [{"message": {"content": "[2] > [1] > [3]"}}], "usage": usage}
    prices = {"input_price": 2.0, "output_price": 8.0}
    with other_server(lambda _: Answer(said)) as server:
        toml = reranker(server.url, "rankgpt", **prices)
        async with caller(database, service_pool, tmp_path, toml) as client:
            await stocked(client, reranker="other")
            found = await client.post(SEARCH, json=ASKED)
            logged = await client.get(f"/v1/rankings/{found.json()['id']}")
            supplied = await client.post(
                "/v1/rankings", json={"query": "q", "documents": TEXTS, "collection": "things"}
            )
            ranked = await client.get(f"/v1/rankings/{supplied.json()['id']}")

    assert found.json()["rerank"]["status"] == "full"
    for each in (logged, ranked):
        knobs = each.json()["knobs"]
        assert (knobs["tokens"], knobs["cost"]) == (1010, pytest.approx(0.00208))


async def test_tenant_cannot_name_what_the_operator_did_not(database, service_pool, tmp_path):
    async with caller(database, service_pool, tmp_path, reranker("http://127.0.0.1:9")) as client:
        made = await client.put("/v1/collections/things", json={"reranker": "mine"})
        aimed = await client.put("/v1/collections/things", json={"reranker": "http://10.0.0.1/"})
        embedded = await client.put("/v1/collections/things", json={"embedder": "mine"})
        await client.put("/v1/collections/things")
        changed = await client.patch("/v1/collections/things", json={"reranker": "mine"})

    assert [each.status_code for each in (made, aimed, embedded, changed)] == [400] * 4
    assert "there is no reranker named `mine`" in made.json()["detail"]
    assert made.json()["field"] == "reranker"


async def test_collection_is_embedded_by_the_server_it_was_made_with(
    database, service_pool, tmp_path
):
    with other_server(bags) as server:
        toml = EMBEDDER.format(url=server.url)
        async with caller(database, service_pool, tmp_path, toml) as client:
            await stocked(client, embedder="bags")
            found = await client.post(SEARCH, json={**ASKED, "strategy": "dense"})
            tokens = await client.put(
                "/v1/collections/more", json={"embedder": "bags", "store_tokens": True}
            )

    assert ids(found)[0] == "2"
    assert ["red fruit"] in [body["input"] for body in server.bodies]
    assert (tokens.status_code, tokens.json()["store_tokens"]) == (200, True)


async def test_search_without_its_embedder_is_unavailable_not_wrong(
    database, service_pool, tmp_path
):
    first = iter([True])
    with other_server(
        lambda request: bags(request) if next(first, False) else Answer(status=400)
    ) as server:
        toml = EMBEDDER.format(url=server.url)
        async with caller(database, service_pool, tmp_path, toml) as client:
            await stocked(client, embedder="bags")
            found = await client.post(SEARCH, json=ASKED)

    assert found.status_code == 503
    assert "The backend `bags` answered 400 Bad Request" in found.json()["detail"]
    assert server.url not in found.text
