"""Whole journeys over Postgres: ingest, search, read the log, isolation of tenants."""

from collections.abc import AsyncIterator
from urllib.parse import quote
from uuid import UUID, uuid4

import pytest

from pgrerank.ports.services import Services
from tests.api.conftest import OPERATOR_TOKEN, Client, anonymous, bearer, client_of
from tests.fixtures.postgres import Database

TEXTS = {
    "apple": "red fruit of a tree",
    "banana": "yellow fruit of a plant",
    "car": "a red machine with wheels",
    "train": "a long machine on rails",
}
SEARCH = "/v1/collections/things/search"


@pytest.fixture
async def caller(stored_services: Services, database: Database) -> AsyncIterator[Client]:
    """A caller of a new tenant with a collection of four documents."""
    async with client_of(stored_services, tenant_id=database.new_tenant()) as client:
        await client.put("/v1/collections/things")
        documents = [
            {"id": name, "text": text, "title": name, "metadata": {"length": len(name)}}
            for name, text in TEXTS.items()
        ]
        stored = await client.put("/v1/collections/things/documents", json=documents)
        assert stored.json()["created"] == len(TEXTS)
        yield client


def ids(answer) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [result["document"]["id"] for result in answer.json()["results"]]


async def test_a_search_finds_and_shows_every_score(caller: Client):
    answer = await caller.post(SEARCH, json={"query": "red fruit", "rerank": "always"})

    assert ids(answer)[0] == "apple"
    found = answer.json()
    assert found["rerank"] == {
        "status": "full",
        "reason": None,
        "scored": 4,
        "model": "fake-reranker",
        "cascade": None,
    }
    assert found["legs"]["dense"] == {"requested": 100, "returned": 4, "scan": "exact"}
    assert found["legs"]["keyword"]["returned"] == 3
    top = found["results"][0]
    assert top["chunk"]["content"] == TEXTS["apple"]
    assert top["document"]["metadata"] == {"length": 5}
    assert top["scores"]["rerank"] == 2
    assert -1 <= top["scores"]["dense"] <= 1
    assert top["scores"]["keyword"] > 0
    assert top["ranks"] == {"dense": 1, "keyword": 1, "sparse": None, "fused": 1, "final": 1}
    assert found["candidates"] is None


async def test_knobs_are_independent(caller: Client):
    answer = await caller.post(
        SEARCH,
        json={"query": "red", "candidates": 3, "depth": 2, "limit": 1, "rerank": "always"},
    )
    assert len(ids(answer)) == 1
    assert answer.json()["rerank"]["scored"] == 2
    assert answer.json()["legs"]["dense"]["returned"] == 3


@pytest.mark.parametrize(
    ("strategy", "legs"),
    [
        ("dense", {"dense"}),
        ("keyword", {"keyword"}),
        ("hybrid", {"dense", "keyword"}),
        ("tiered", {"dense", "keyword"}),
    ],
)
async def test_a_strategy_uses_its_legs(caller: Client, strategy, legs):
    answer = await caller.post(SEARCH, json={"query": "machine", "strategy": strategy})
    assert {name for name, leg in answer.json()["legs"].items() if leg} == legs


async def test_auto_says_why_it_does_not_rerank(caller: Client):
    answer = await caller.post(SEARCH, json={"query": "red"})
    assert answer.json()["rerank"]["status"] == "skipped"
    assert "fewer than 1000 chunks" in answer.json()["rerank"]["reason"]


async def test_a_threshold_cuts_and_says_how_many(caller: Client):
    answer = await caller.post(SEARCH, json={"query": "red fruit", "min_score": 1})
    assert sorted(ids(answer)) == ["apple", "banana", "car"]
    assert answer.json()["cut"]["min_score"] == 1


async def test_a_threshold_that_cuts_all_is_no_error(caller: Client):
    answer = await caller.post(SEARCH, json={"query": "red fruit", "min_score": 99})
    assert ids(answer) == []
    assert answer.json()["cut"]["min_score"] == 4


async def test_explain_shows_every_candidate_and_its_place(caller: Client):
    answer = await caller.post(
        SEARCH, json={"query": "red fruit", "limit": 1, "rerank": "always", "explain": True}
    )
    candidates = answer.json()["candidates"]
    assert len(ids(answer)) == 1
    assert [each["ranks"]["final"] for each in candidates] == [1, 2, 3, 4]
    assert candidates[0] == answer.json()["results"][0]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"length": 5}, {"apple", "train"}),
        ({"length": {"$in": [3, 6]}}, {"car", "banana"}),
        ({"length": {"$gte": 5}, "$not": {"length": 6}}, {"apple", "train"}),
        ({"absent": {"$exists": True}}, set()),
    ],
)
async def test_a_filter_restricts_both_legs(caller: Client, condition, expected):
    answer = await caller.post(SEARCH, json={"query": "red fruit machine", "filter": condition})
    assert set(ids(answer)) == expected


@pytest.mark.parametrize("query", ["", "   "])
async def test_a_blank_query_is_refused(caller: Client, query):
    answer = await caller.post(SEARCH, json={"query": query, "strategy": "keyword"})
    assert (answer.status_code, answer.json()["field"]) == (400, "query")


async def test_a_query_of_stop_words_finds_nothing(caller: Client):
    answer = await caller.post(SEARCH, json={"query": "the of and", "strategy": "keyword"})
    assert ids(answer) == []
    assert answer.json()["legs"]["keyword"]["scan"] == "no terms"


async def test_the_log_has_what_was_answered(caller: Client):
    found = (
        await caller.post(SEARCH, json={"query": "red fruit", "rerank": "always", "limit": 2})
    ).json()
    logged = (await caller.get(f"/v1/rankings/{found['id']}")).json()

    assert logged["query"] == "red fruit"
    assert logged["collection"] == "things"
    assert logged["rerank"] == found["rerank"]
    assert logged["legs"] == found["legs"]
    assert logged["returned"] == 2
    assert logged["knobs"]["limit"] == 2
    assert len(logged["candidates"]) == 4
    for shown, kept in zip(found["results"], logged["candidates"], strict=False):
        assert kept["chunk_id"] == shown["chunk"]["id"]
        assert kept["ranks"] == shown["ranks"]
        assert kept["scores"]["rerank"] == shown["scores"]["rerank"]


async def test_the_log_is_listed_newest_first_with_filters_and_pages(caller: Client):
    made = [
        (await caller.post(SEARCH, json={"query": f"red {n}", "rerank": mode})).json()["id"]
        for n, mode in enumerate(["always", "never", "always"])
    ]
    assert await listed(caller, "/v1/rankings") == made[::-1]
    assert await listed(caller, "/v1/rankings?limit=1", key="id") == made[::-1]
    assert await listed(caller, "/v1/rankings?status=full") == [made[2], made[0]]
    assert await listed(caller, "/v1/rankings?collection=other") == []
    assert await listed(caller, "/v1/rankings?until=2020-01-01T00:00:00Z") == []
    assert await listed(caller, "/v1/rankings?since=2020-01-01T00:00:00%2B02:00") == made[::-1]


@pytest.mark.parametrize(
    "ranking_id", [uuid4(), UUID(int=0), UUID("ffffffff-ffff-7fff-bfff-ffffffffffff")]
)
async def test_an_unknown_ranking_is_not_found(caller: Client, ranking_id):
    answer = await caller.get(f"/v1/rankings/{ranking_id}")
    assert answer.status_code == 404


async def listed(client: Client, path: str, *, key: str = "id") -> list[str]:
    """All items, page after page."""
    items: list[str] = []
    cursor = None
    while True:
        answer = await client.get(path, params={"cursor": cursor} if cursor else None)
        assert answer.status_code == 200, answer.text
        items += [item[key] for item in answer.json()["items"]]
        cursor = answer.json()["cursor"]
        if cursor is None:
            return items


async def test_collections_and_documents_come_in_pages(caller: Client):
    for name in ("a", "b"):
        await caller.put(f"/v1/collections/{name}")
    assert await listed(caller, "/v1/collections?limit=2", key="name") == ["a", "b", "things"]
    path = "/v1/collections/things/documents"
    assert await listed(caller, f"{path}?limit=3") == sorted(TEXTS)
    assert await listed(caller, f"{path}?limit=4") == sorted(TEXTS)


@pytest.mark.parametrize("cursor", ["x", "%7Bno%7D", "A" * 100])
@pytest.mark.parametrize(
    "path", ["collections", "collections/things/documents", "rankings", "keys"]
)
async def test_a_made_up_cursor_is_no_failure(caller: Client, path, cursor):
    answer = await caller.get(f"/v1/{path}?cursor={cursor}")
    assert answer.status_code in {200, 400}


@pytest.mark.parametrize(
    "external_id",
    ["a/b", "https://example.org/x/?q=1#top", "/a//b/", "\u00e4 %41", "a\\b", "x" * 512],
)
async def test_a_document_is_reached_whatever_its_id(caller: Client, external_id):
    path = "/v1/collections/things/documents"
    await caller.put(path, json=[{"id": external_id, "text": "first part\n\nsecond part"}])
    encoded = quote(external_id, safe="")

    read = await caller.get(f"{path}/{encoded}")
    assert read.status_code == 200
    assert read.json()["id"] == external_id
    assert [chunk["content"] for chunk in read.json()["chunks"]] == ["first part", "second part"]

    assert (await caller.delete(f"{path}/{encoded}")).status_code == 204
    assert (await caller.get(f"{path}/{encoded}")).status_code == 404


async def test_an_id_with_plain_slashes_is_reached_too(caller: Client):
    path = "/v1/collections/things/documents"
    await caller.put(path, json=[{"id": "guide/install", "text": "first"}])
    assert (await caller.get(f"{path}/guide/install")).json()["id"] == "guide/install"


async def test_a_collection_tells_how_much_it_holds(caller: Client):
    answer = await caller.get("/v1/collections/things")
    assert (answer.json()["documents"], answer.json()["chunks"]) == (4, 4)
    assert (await caller.delete("/v1/collections/things")).status_code == 204
    assert (await caller.get("/v1/collections/things")).status_code == 404


async def test_a_collection_is_made_once(caller: Client):
    assert (await caller.put("/v1/collections/things")).status_code == 200
    other = await caller.put("/v1/collections/things", json={"text_search": "german"})
    assert other.status_code == 409
    unknown = await caller.put("/v1/collections/new", json={"text_search": "klingon"})
    assert unknown.status_code == 400
    assert unknown.json()["field"] == "text_search"


async def test_a_key_sees_nothing_of_another_tenant(
    caller: Client, stored_services: Services, database: Database
):
    found = (await caller.post(SEARCH, json={"query": "red"})).json()
    key_id = (await caller.get("/v1/keys")).json()["items"][0]["id"]
    async with client_of(stored_services, tenant_id=database.new_tenant()) as stranger:
        answers = {
            path: (await stranger.get(path)).status_code
            for path in (
                "/v1/collections/things",
                "/v1/collections/things/documents",
                "/v1/collections/things/documents/apple",
                f"/v1/rankings/{found['id']}",
            )
        }
        searched = await stranger.post(SEARCH, json={"query": "red"})
        collections = (await stranger.get("/v1/collections")).json()["items"]
        rankings = (await stranger.get("/v1/rankings")).json()["items"]
        keys = (await stranger.get("/v1/keys")).json()["items"]
        deleted = [
            (await stranger.delete("/v1/collections/things")).status_code,
            (await stranger.delete("/v1/collections/things/documents/apple")).status_code,
            (await stranger.delete(f"/v1/keys/{key_id}")).status_code,
        ]

    assert set(answers.values()) == {404}
    assert searched.status_code == 404
    assert (collections, rankings) == ([], [])
    assert key_id not in [key["id"] for key in keys]
    assert deleted == [404, 404, 404]
    assert (await caller.get("/v1/collections/things/documents/apple")).status_code == 200


async def test_a_collection_with_token_vectors_lets_late_interaction_choose(caller: Client):
    made = await caller.put("/v1/collections/quick", json={"store_tokens": True})
    rows = [{"id": str(number), "text": f"red {'fox ' * number}"} for number in range(1, 6)]
    await caller.put("/v1/collections/quick/documents", json=rows)

    wanted = {"query": "red fox", "rerank": "always", "cascade": 2}
    found = (await caller.post("/v1/collections/quick/search", json=wanted)).json()
    logged = (await caller.get(f"/v1/rankings/{found['id']}")).json()
    plain = await caller.post(SEARCH, json=wanted)

    assert made.json()["store_tokens"]
    assert found["rerank"]["cascade"] == {"scored": 5, "model": "fake-late"}
    assert [each["scores"]["rerank"] is None for each in found["results"]] == [False] * 2 + [
        True
    ] * 3
    assert {each["scores"]["cascade"] for each in found["results"]} == {1.0}
    assert logged["rerank"] == found["rerank"]
    assert logged["knobs"]["cascade"] == 2
    assert [each["scores"]["cascade"] for each in logged["candidates"]] == [1.0] * 5
    assert (plain.status_code, plain.json()["field"]) == (400, "cascade")


async def test_two_tenants_have_collections_of_one_name(
    caller: Client, stored_services: Services, database: Database
):
    async with client_of(stored_services, tenant_id=database.new_tenant()) as other:
        await other.put("/v1/collections/things")
        await other.put("/v1/collections/things/documents", json=[{"id": "x", "text": "red"}])
        assert ids(await other.post(SEARCH, json={"query": "red"})) == ["x"]
        assert "x" not in ids(await caller.post(SEARCH, json={"query": "red"}))


async def test_an_operator_deletes_a_tenant_with_its_keys(stored_services: Services):
    name = f"t{uuid4().hex}"
    operator = bearer(OPERATOR_TOKEN)
    async with anonymous(stored_services) as client:
        made = await client.post("/v1/tenants", json={"name": name}, headers=operator)
        assert made.status_code == 201, made.text
        issued = await client.post(
            f"/v1/tenants/{name}/keys", json={"name": "k", "scopes": ["search"]}, headers=operator
        )
        key = bearer(issued.json()["secret"])
        assert (await client.get("/v1/collections", headers=key)).status_code == 200
        gone = await client.delete(f"/v1/tenants/{name}", headers=operator)
        assert gone.status_code == 204
        assert (await client.get("/v1/collections", headers=key)).status_code == 401


async def test_weighing_is_changed_field_by_field(caller: Client):
    before = (await caller.get("/v1/collections/things")).json()["retrieval"]

    changed = await caller.patch("/v1/collections/things", json={"retrieval": {"k1": 1.5}})
    refused = await caller.patch("/v1/collections/things", json={"retrieval": {"b": 2}})
    missing = await caller.patch("/v1/collections/nothing", json={"retrieval": {"b": 1}})

    assert changed.status_code == 200
    assert changed.json()["retrieval"] == before | {"k1": 1.5}
    assert (await caller.get("/v1/collections/things")).json() == changed.json()
    assert (refused.status_code, missing.status_code) == (400, 404)


async def test_collection_is_made_with_its_weighing(caller: Client):
    wanted = {"retrieval": {"fusion": "weighted", "title_boost": 2}}

    made = await caller.put("/v1/collections/weighed", json=wanted)
    again = await caller.put("/v1/collections/weighed", json=wanted)
    otherwise = await caller.put("/v1/collections/weighed", json={"retrieval": {"k1": 2}})

    assert (made.json()["retrieval"]["fusion"], made.json()["retrieval"]["k1"]) == ("weighted", 0.9)
    assert (again.status_code, otherwise.status_code) == (200, 409)


async def test_learned_sparse_weights_are_a_leg_of_their_own(caller: Client):
    documents = [
        {"id": "heavy", "text": "one thing", "sparse": {"machine": 2.5, "wheel": 1}},
        {"id": "light", "text": "another thing", "sparse": {"machine": 0.5}},
        {"id": "none", "text": "a machine with a wheel"},
    ]
    await caller.put("/v1/collections/things/documents", json=documents)
    sparse = {"machine": 2, "wheel": 1, "unheard": 9}

    answer = await caller.post(
        SEARCH, json={"query": "thing", "sparse": sparse, "rerank": "never", "explain": True}
    )

    found = answer.json()
    assert found["legs"]["sparse"] == {"requested": 100, "returned": 2, "scan": "exact"}
    by_id = {each["document"]["id"]: each for each in found["candidates"]}
    assert {name: each["scores"]["sparse"] for name, each in by_id.items() if name[1] != "a"} == {
        "apple": None,
        "heavy": 6,
        "light": 1,
        "none": None,
        "train": None,
    }
    assert (by_id["heavy"]["ranks"]["sparse"], by_id["light"]["ranks"]["sparse"]) == (1, 2)
    logged = (await caller.get(f"/v1/rankings/{found['id']}")).json()
    assert logged["legs"]["sparse"] == found["legs"]["sparse"]
    assert {each["scores"]["sparse"] for each in logged["candidates"]} == {None, 6, 1}


async def test_other_wordings_of_a_query_find_what_it_does_not(caller: Client):
    asked = {"query": "apple", "strategy": "keyword", "rerank": "never"}
    alone = await caller.post(SEARCH, json=asked)
    together = await caller.post(
        SEARCH, json={**asked, "queries": ["train", "apple", "train"], "explain": True}
    )

    assert ids(alone) == ["apple"]
    found = together.json()
    by_id = {each["document"]["id"]: each for each in found["candidates"]}
    assert by_id.keys() == {"apple", "train"}
    assert by_id["apple"]["ranks"]["keyword"] == 1
    assert (by_id["train"]["ranks"]["keyword"], by_id["train"]["scores"]["keyword"]) == (None, None)
    assert {each["scores"]["fused"] for each in found["candidates"]} == {1 / 61 / 2}
    assert found["legs"]["keyword"] == alone.json()["legs"]["keyword"]
    logged = (await caller.get(f"/v1/rankings/{found['id']}")).json()
    assert logged["knobs"]["queries"] == ["train", "apple", "train"]
    assert [each["ranks"] for each in logged["candidates"]] == [
        each["ranks"] for each in found["candidates"]
    ]
    why = await caller.get(f"/v1/rankings/{found['id']}/why", params={"document": "train"})
    assert why.json()["stage"] == "returned"


async def test_what_other_wordings_find_is_reranked_by_the_query(caller: Client):
    asked = {"query": "fast vehicle on rails", "strategy": "keyword", "rerank": "always"}
    found = await caller.post(SEARCH, json={**asked, "queries": ["red fruit", "train"]})

    results = found.json()["results"]
    assert {each["document"]["id"] for each in results} >= {"apple", "train"}
    assert all(each["scores"]["rerank"] is not None for each in results)
    assert [each["scores"]["rerank"] for each in results] == sorted(
        (each["scores"]["rerank"] for each in results), reverse=True
    )


@pytest.mark.parametrize(
    ("queries", "field"),
    [(["a"] * 9, "queries"), (["a", " "], "queries[1]"), ("a", "queries"), ([1], "queries[0]")],
)
async def test_other_wordings_that_cannot_be_are_refused(caller: Client, queries, field):
    answer = await caller.post(SEARCH, json={"query": "thing", "queries": queries})

    assert answer.status_code == 400
    assert field in answer.text


@pytest.mark.parametrize("sparse", [{"a": 0}, {"a": -1}, {"": 1}, {"a": 1e300}, {"a\0": 1}, ["a"]])
async def test_weights_that_cannot_be_are_refused(caller: Client, sparse):
    answer = await caller.post(SEARCH, json={"query": "thing", "sparse": sparse})

    assert answer.status_code == 400


async def test_an_answer_says_that_the_models_cannot_read_the_query(caller: Client):
    thai = {"query": "ผลไม้สีแดง", "rerank": "always"}
    found = (await caller.post(SEARCH, json=thai)).json()["warnings"]
    ranked = (await caller.post("/v1/rankings", json={"query": "ผลไม้", "documents": ["x"]})).json()
    cohere = {"query": "ผลไม้", "documents": ["x"], "model": None}
    meta = (await caller.post("/v2/rerank", json=cohere)).json()["meta"]

    assert [text.split("`")[1] for text in found] == ["fake-embedder", "fake-reranker"]
    assert ranked["warnings"] == meta["warnings"] == found[1:]
    assert (await caller.post(SEARCH, json={"query": "red"})).json()["warnings"] == []


@pytest.mark.parametrize("knobs", [{}, {"strategy": "keyword"}])
async def test_an_answer_says_that_no_leg_can_read_the_query(caller: Client, knobs):
    asked = {"query": "。、", "rerank": "never", **knobs}
    warnings = (await caller.post(SEARCH, json=asked)).json()["warnings"]

    assert warnings[-1].startswith("no leg can read the query: the keyword leg found no word in it")
