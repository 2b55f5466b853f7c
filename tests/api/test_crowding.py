"""Searches that keep one document from crowding the results, over HTTP and Postgres."""

from collections.abc import AsyncIterator

import pytest

from pgrerank.ports.services import Services
from tests.api.conftest import Client, client_of
from tests.fixtures.postgres import Database

#: chunks are separated by blank lines
LONG = "\n\n".join(f"red fruit part{n}" for n in range(6))
TEXTS = {
    "long": LONG,
    "apple": "red fruit of a tree",
    "banana": "yellow fruit of a plant",
    "car": "a red machine with wheels\n\na red machine on a road",
}
DOCUMENTS = "/v1/collections/things/documents"
SEARCH = "/v1/collections/things/search"


@pytest.fixture
async def caller(stored_services: Services, database: Database) -> AsyncIterator[Client]:
    async with client_of(stored_services, tenant_id=database.new_tenant()) as client:
        await client.put("/v1/collections/things")
        rows = [{"id": name, "text": text} for name, text in TEXTS.items()]
        answer = await client.put(DOCUMENTS, json=rows)
        assert answer.status_code == 200, answer.text
        yield client


async def searched(client: Client, **knobs: object) -> dict:
    answer = await client.post(SEARCH, json={"query": "red fruit", "rerank": "always", **knobs})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def pages(client: Client, search: dict, limit: int, **parameters: object) -> list[dict]:
    found, cursor = [], search["cursor"]
    while cursor is not None:
        answer = await client.get(
            f"/v1/rankings/{search['id']}/results",
            params={"cursor": cursor, "limit": limit, **parameters},
        )
        assert answer.status_code == 200, answer.text
        found += answer.json()["results"]
        cursor = answer.json()["cursor"]
    return found


def chunks(results: list[dict]) -> list[str]:
    return [result["chunk"]["id"] for result in results]


def documents(results: list[dict]) -> list[str]:
    return [result["document"]["id"] for result in results]


@pytest.mark.parametrize("most", [1, 2, 5])
async def test_the_answer_is_the_ranking_without_what_is_beyond(caller, most):
    whole = await searched(caller, limit=100)
    names = documents(whole["results"])
    expected = [
        result
        for place, result in enumerate(whole["results"])
        if names[:place].count(names[place]) < most
    ]

    answer = await searched(caller, limit=100, per_document=most)

    assert chunks(answer["results"]) == chunks(expected)
    assert answer["cut"]["per_document"] == len(whole["results"]) - len(expected)
    assert answer["cursor"] is None
    assert all(result["chunk"]["content"] for result in answer["results"])


@pytest.mark.parametrize("knobs", [{}, {"diversity": 0.5}, {"rerank": "never"}])
@pytest.mark.parametrize("limit", [1, 2, 10])
async def test_pages_are_the_same_list_in_pieces(caller, knobs, limit):
    whole = await searched(caller, limit=100, per_document=2, **knobs)
    first = await searched(caller, limit=1, per_document=2, **knobs)

    together = first["results"] + await pages(caller, first, limit)

    assert chunks(together) == chunks(whole["results"])
    assert [r["ranks"] for r in together] == [r["ranks"] for r in whole["results"]]


async def test_pages_do_not_shift_when_a_crowding_document_is_deleted(caller):
    whole = await searched(caller, limit=100, per_document=1)
    first = await searched(caller, limit=1, per_document=1)
    assert first["cut"]["per_document"] > 0
    assert (await caller.delete(f"{DOCUMENTS}/long")).status_code == 204

    rest = await pages(caller, first, 1)

    expected = [each for each in whole["results"][1:] if each["document"]["id"] != "long"]
    assert chunks(rest) == chunks(expected)


async def test_why_names_the_maximum_and_the_log_has_the_whole_order(caller, database):
    search = await searched(caller, limit=1, per_document=1, depth=3)
    whole = await searched(caller, limit=100, depth=3)

    logged = (await caller.get(f"/v1/rankings/{search['id']}")).json()

    assert len(logged["candidates"]) == len(whole["results"])
    assert logged["knobs"]["per_document"] == 1
    assert logged["cut"]["per_document"] == search["cut"]["per_document"]
    with database.admin() as admin:
        [(count, ranks)] = admin.execute(
            "select v.cut_per_document, l.crowded_ranks "
            "from pgrerank_analytics.rerank_log as v "
            "inner join pgrerank.rerank_log as l on v.ranking_id = l.id where l.id = %s",
            [search["id"]],
        ).fetchall()
    assert (count, len(ranks)) == (search["cut"]["per_document"],) * 2


async def test_results_beyond_depth_and_limit_have_their_texts(caller):
    answer = await searched(caller, limit=4, depth=1, per_document=1)

    assert len(answer["results"]) == 4
    assert all(result["chunk"]["content"] for result in answer["results"])


async def test_diversity_moves_what_is_alike_and_keeps_every_candidate(caller):
    plain = await searched(caller, limit=100)
    varied = await searched(caller, limit=100, diversity=0.9)

    assert sorted(chunks(varied["results"])) == sorted(chunks(plain["results"]))
    assert (plain["diversity"], varied["diversity"]) == (0, 0.9)
    assert len(set(documents(varied["results"])[:3])) > len(set(documents(plain["results"])[:3]))
    assert chunks((await searched(caller, limit=100, diversity=0))["results"]) == chunks(
        plain["results"]
    )


async def test_too_few_candidates_keep_their_order_and_the_answer_says_so(caller):
    answer = await searched(caller, diversity=0.9, depth=2)

    assert answer["diversity"] == 0


@pytest.mark.parametrize("rerank", ["always", "never"])
async def test_diversity_needs_no_reranker(caller, rerank):
    answers = [await searched(caller, limit=100, rerank=rerank, diversity=d) for d in (0, 1)]

    assert chunks(answers[0]["results"]) != chunks(answers[1]["results"])


async def test_a_window_holds_the_chunks_around_a_result(caller):
    search = await searched(caller, limit=100, neighbours=1, explain=True)

    by_place = {
        (each["document"]["id"], each["chunk"]["ordinal"]): each["window"]
        for each in search["results"]
    }
    assert by_place["long", 0] == "red fruit part0\nred fruit part1"
    assert by_place["long", 3] == "red fruit part2\nred fruit part3\nred fruit part4"
    assert by_place["apple", 0] == TEXTS["apple"]
    assert {each["window"] for each in search["candidates"]} == {None}
    assert "neighbours" in search["timings_ms"]


async def test_pages_have_windows_where_they_are_asked_for(caller):
    first = await searched(caller, limit=1)

    plain = await pages(caller, first, 5)
    windows = await pages(caller, first, 5, neighbours=10)

    assert {each["window"] for each in plain} == {None}
    long = {each["window"] for each in windows if each["document"]["id"] == "long"}
    assert long == {"\n".join(LONG.split("\n\n"))}


@pytest.mark.parametrize(
    "knob",
    [
        {"per_document": 0},
        {"per_document": 101},
        {"diversity": -0.1},
        {"diversity": 1.1},
        {"neighbours": 11},
        {"neighbours": -1},
    ],
)
async def test_what_is_out_of_range_is_refused_by_its_name(caller, knob):
    answer = await caller.post(SEARCH, json={"query": "red", **knob})

    assert answer.status_code == 400
    assert next(iter(knob)) in answer.text
