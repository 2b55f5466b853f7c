"""Past searches over HTTP: `why`, and further pages of results."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest

from pgrerank.ports.services import Services
from tests.api.conftest import Client, client_of
from tests.fixtures.postgres import Database

TEXTS = {
    "apple": "red fruit of a tree",
    "banana": "yellow fruit of a plant",
    "car": "a red machine with wheels",
    "train": "a long machine on rails",
}
DOCUMENTS = "/v1/collections/things/documents"
SEARCH = "/v1/collections/things/search"


@pytest.fixture
async def caller(stored_services: Services, database: Database) -> AsyncIterator[Client]:
    async with client_of(stored_services, tenant_id=database.new_tenant()) as client:
        await client.put("/v1/collections/things")
        await store(client, TEXTS)
        yield client


async def store(client: Client, texts: dict[str, str]) -> None:
    documents = [
        {"id": name, "text": text, "metadata": {"length": len(name)}}
        for name, text in texts.items()
    ]
    answer = await client.put(DOCUMENTS, json=documents)
    assert answer.status_code == 200, answer.text


async def searched(client: Client, **knobs: object) -> dict:
    answer = await client.post(SEARCH, json={"query": "red fruit", "rerank": "always", **knobs})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def why(client: Client, search: dict, document: str) -> dict:
    answer = await client.get(f"/v1/rankings/{search['id']}/why", params={"document": document})
    assert answer.status_code == 200, answer.text
    return answer.json()


def ids(page: dict) -> list[str]:
    return [result["document"]["id"] for result in page["results"]]


async def pages(client: Client, search: dict, limit: int) -> list[str]:
    found: list[str] = []
    cursor = search["cursor"]
    while cursor is not None:
        page = await client.get(
            f"/v1/rankings/{search['id']}/results", params={"cursor": cursor, "limit": limit}
        )
        assert page.status_code == 200, page.text
        found += ids(page.json())
        cursor = page.json()["cursor"]
    return found


@pytest.mark.parametrize("limit", [1, 2, 3, 10])
async def test_pages_go_on_behind_the_results_and_end(caller, limit):
    whole = ids(await searched(caller, limit=10))

    first = await searched(caller, limit=1)

    assert ids(first) + await pages(caller, first, limit) == whole


async def test_pages_show_what_a_search_shows(caller):
    whole = await searched(caller, limit=10)

    answer = await caller.get(f"/v1/rankings/{whole['id']}/results", params={"limit": 10})

    assert (answer.json()["cursor"], answer.json()["gone"]) == (None, 0)
    for again, first in zip(answer.json()["results"], whole["results"], strict=True):
        # The log stores first-stage scores in single precision.
        assert known(again.pop("scores")) == pytest.approx(known(first.pop("scores")), rel=1e-6)
        assert again == first


def known(scores: dict[str, Any]) -> dict[str, float]:
    """The scores and parts that a result has."""
    scores = {**scores, **(scores["parts"] or {}), "parts": None}
    return {name: score for name, score in scores.items() if score is not None}


async def test_pages_do_not_shift_when_documents_come_and_go(caller):
    whole = ids(await searched(caller, limit=10))
    first = await searched(caller, limit=1)
    await store(caller, {"cherry": "red fruit red fruit", whole[2]: "changed"})

    assert await pages(caller, first, 1) == [whole[1], whole[3]]


async def test_pages_leave_out_what_a_threshold_cut(caller):
    search = await searched(caller, limit=1, min_score=1)

    assert sorted(await pages(caller, search, 5)) == ["banana", "car"]


async def test_an_answer_with_all_results_has_no_cursor(caller):
    assert (await searched(caller, limit=10))["cursor"] is None


@pytest.mark.parametrize("cursor", ["x", "-1", "1.5", "²"])
async def test_a_cursor_that_nobody_gave_is_refused(caller, cursor):
    search = await searched(caller)

    answer = await caller.get(f"/v1/rankings/{search['id']}/results", params={"cursor": cursor})

    assert answer.status_code == 400


@pytest.mark.parametrize("path", ["why?document=apple", "results"])
async def test_an_unknown_search_is_not_found(caller, path):
    assert (await caller.get(f"/v1/rankings/{uuid4()}/{path}")).status_code == 404


async def test_why_a_document_was_returned(caller):
    found = await why(caller, await searched(caller, limit=2), "apple")

    assert (found["stage"], found["reason"]) == ("returned", "it is result 1 of 2")
    assert found["logged"]["ranks"]["final"] == 1


async def test_why_a_document_stood_below_the_limit(caller):
    found = await why(caller, await searched(caller, limit=1), "train")

    assert found["stage"] == "below_limit"
    assert "the reranker scored it 0 and moved it, to 4: 1 were returned" in found["reason"]


async def test_why_a_document_was_not_reranked(caller):
    search = await searched(caller, depth=1, limit=1)

    found = await why(caller, search, "train")

    assert found["stage"] == "below_depth"
    assert "below the depth of 1 that was reranked" in found["reason"]


async def test_why_a_threshold_cut_a_document(caller):
    found = await why(caller, await searched(caller, min_score=1.5), "train")

    assert found["stage"] == "cut"
    assert found["reason"] == "`min_score` of 1.5 removed it: it has 0"


async def test_why_no_leg_found_a_document(caller):
    search = await searched(caller, candidates=1, limit=1)

    found = await why(caller, search, "train")

    assert found["stage"] == "not_found"
    assert found["reason"] == (
        "the dense leg ranks it 4 and returned 1; "
        "the keyword leg does not know it: it has no word of the query"
    )
    assert found["logged"] is None
    assert [each["dense_rank"] for each in found["chunks"]] == [4]


async def test_the_rank_that_why_gives_is_the_one_a_wider_search_has(caller):
    wide = await searched(caller, limit=10, explain=True)
    ranks = {each["document"]["id"]: each["ranks"] for each in wide["candidates"]}
    narrow = await searched(caller, candidates=1, limit=1)

    for name in TEXTS:
        (chunk,) = (await why(caller, narrow, name))["chunks"]
        assert chunk["dense_rank"] == ranks[name]["dense"]
        assert chunk["keyword_rank"] == ranks[name]["keyword"]


async def test_why_a_filter_left_a_document_out(caller):
    search = await searched(caller, filter={"length": 3})

    found = await why(caller, search, "apple")

    assert (found["stage"], found["reason"]) == (
        "filtered",
        "its metadata does not pass the filter",
    )


async def test_why_a_document_that_is_not_stored_was_not_found(caller):
    found = await why(caller, await searched(caller), "unicorn")

    assert (found["stage"], found["chunks"]) == ("not_stored", [])


async def test_another_tenant_learns_nothing(caller, stored_services, database):
    search = await searched(caller, limit=1)

    async with client_of(stored_services, tenant_id=database.new_tenant()) as stranger:
        for path in ("why?document=apple", "results"):
            answer = await stranger.get(f"/v1/rankings/{search['id']}/{path}")
            assert answer.status_code == 404
