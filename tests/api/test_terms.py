"""Terms that boost candidates, over HTTP, on real storage."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.api.conftest import client_of

TEXTS = ["red green fox", "red dove", "blue falcon", "grey hen"]


@pytest.fixture
async def caller(stored_services, new_tenant):
    async with client_of(stored_services, tenant_id=new_tenant()) as client:
        await client.put("/v1/collections/docs")
        documents = [{"id": f"d{n}", "text": text} for n, text in enumerate(TEXTS)]
        await client.put("/v1/collections/docs/documents", json=documents)
        yield client


async def terms(caller, terms):
    return await caller.put("/v1/collections/docs/terms", json={"terms": terms})


async def searched(caller):
    wanted = {"query": "red green dove hen", "rerank": "always", "explain": True}
    return (await caller.post("/v1/collections/docs/search", json=wanted)).json()


async def ranked(caller, **knobs):
    body = {"query": "red green", "documents": TEXTS, **knobs}
    return (await caller.post("/v1/rankings", json=body)).json()


async def test_terms_are_kept_whole(caller):
    assert (await caller.get("/v1/collections/docs/terms")).json() == {"terms": {}, "fields": {}}

    made = await terms(caller, {"Falcon": 0.8})
    plain = await terms(caller, ["falcon", "grey hen"])

    assert made.json()["terms"] == {"Falcon": 0.8}
    assert plain.json()["terms"] == {"falcon": 0.5, "grey hen": 0.5}
    assert (await caller.get("/v1/collections/docs/terms")).json() == plain.json()
    assert (await terms(caller, {})).json() == {"terms": {}, "fields": {}}


@pytest.mark.parametrize("wrong", [{"a": 0}, {"a": 2}, ["-"], ["a", "A"]])
async def test_terms_that_cannot_be_are_refused(caller, wrong):
    answer = await terms(caller, wrong)

    assert (answer.status_code, answer.json()["field"]) == (400, "terms")


async def test_terms_of_a_collection_that_is_not_there_are_not_found(caller):
    answer = await caller.put("/v1/collections/none/terms", json={"terms": ["a"]})

    assert answer.status_code == 404


async def test_supplied_documents_are_raised_by_the_terms_of_the_collection_that_is_named(caller):
    await terms(caller, {"falcon": 1.0, "hen": 0.5})

    without = await ranked(caller)
    body = await ranked(caller, collection="docs")
    logged = (await caller.get(f"/v1/rankings/{body['id']}")).json()

    assert [each["index"] for each in without["results"]] == [0, 1, 2, 3]
    by_index = {each["index"]: each for each in body["results"]}
    assert {index: each["rerank_score"] for index, each in by_index.items()} == {
        0: 2,
        1: 1,
        2: 0,
        3: 0,
    }
    assert by_index[2]["boost"] == pytest.approx(2 * by_index[3]["boost"])
    assert (by_index[0]["boost"], by_index[1]["boost"]) == (0, 0)
    assert [each["boost"] for each in logged["documents"]] == [
        each["boost"] for each in body["results"]
    ]
    shown = [each["display_score"] for each in body["results"]]
    assert shown == sorted(shown, reverse=True)


async def test_found_chunks_are_raised_and_keep_their_raw_scores(caller, database):
    before = await searched(caller)
    await terms(caller, {"hen": 1.0, "fox": 0.4})
    after = await searched(caller)
    logged = (await caller.get(f"/v1/rankings/{after['id']}")).json()
    page = (await caller.get(f"/v1/rankings/{after['id']}/results")).json()

    def scores(found, name):
        return {each["document"]["id"]: each["scores"][name] for each in found["candidates"]}

    def order(found):
        return [each["document"]["id"] for each in found["results"]]

    assert order(before)[:3] == ["d1", "d0", "d3"]
    assert scores(after, "rerank") == scores(before, "rerank")
    assert set(scores(before, "boost").values()) == {0}
    assert scores(after, "boost")["d3"] == pytest.approx(2.5 * scores(after, "boost")["d0"])
    assert order(after)[:3] == ["d0", "d1", "d3"]
    assert [each["scores"]["boost"] for each in logged["candidates"]] == [
        each["scores"]["boost"] for each in after["candidates"]
    ]
    assert page["results"][0]["scores"]["boost"] == after["results"][0]["scores"]["boost"]
    with database.admin() as connection:
        (found,) = connection.execute(
            "select count(*) from pgrerank_analytics.rerank_candidate"
            " where ranking_id = %s and boost > 0",
            [after["id"]],
        ).fetchone()
    assert found == 2


FIELDS = "/v1/collections/dated/terms"


@pytest.fixture
async def dated(stored_services, new_tenant):
    """Four documents that match alike, of different ages and numbers of stars."""
    now = datetime.now(UTC)
    ages = {"new": 0, "month": 30, "year": 365}
    async with client_of(stored_services, tenant_id=new_tenant()) as client:
        await client.put("/v1/collections/dated")
        documents = [
            {
                "id": name,
                "text": f"red fox {name}",
                "metadata": {"made": (now - timedelta(days=age)).isoformat(), "stars": age / 100},
            }
            for name, age in ages.items()
        ]
        documents.append({"id": "none", "text": "red fox hen hen"})
        await client.put("/v1/collections/dated/documents", json=documents)
        yield client


async def found(client):
    wanted = {"query": "red fox", "rerank": "always", "explain": True}
    answer = await client.post("/v1/collections/dated/search", json=wanted)
    return answer.json()


def boosts_of(answer):
    return {each["document"]["id"]: each["scores"]["boost"] for each in answer["candidates"]}


async def test_recent_and_good_documents_are_raised_in_proportion(dated):
    before = await found(dated)
    made = await dated.put(FIELDS, json={"fields": {"made": {"half_life_days": 30, "weight": 0.8}}})
    recent = await found(dated)
    await dated.put(FIELDS, json={"fields": {"stars": {"worst": 0, "best": 3.65, "weight": 0.8}}})
    good = await found(dated)

    assert made.json()["fields"] == {
        "made": {"weight": 0.8, "half_life_days": 30, "worst": None, "best": None}
    }
    assert set(boosts_of(before).values()) == {0}
    by_age, by_stars = boosts_of(recent), boosts_of(good)
    assert by_age["new"] > by_age["month"] > by_age["year"] > by_age["none"] == 0
    assert by_age["month"] == pytest.approx(by_age["new"] / 2, rel=1e-3)
    assert by_stars["year"] > by_stars["month"] > by_stars["new"] == by_stars["none"] == 0
    for each in recent["candidates"]:
        scores = each["scores"]
        total = sum(scores["parts"].values()) + scores["boost"]
        assert scores["log_odds"] == pytest.approx(total)


async def test_terms_and_fields_are_set_apart_and_shown_together(dated):
    await dated.put(FIELDS, json={"terms": {"hen": 0.5}})
    await dated.put(FIELDS, json={"fields": {"made": {"half_life_days": 30}}})

    kept = (await dated.get(FIELDS)).json()
    await dated.put(FIELDS, json={"fields": {}})

    assert (kept["terms"], list(kept["fields"])) == ({"hen": 0.5}, ["made"])
    assert (await dated.get(FIELDS)).json() == {"terms": {"hen": 0.5}, "fields": {}}


async def test_the_log_has_the_boosts_and_the_settings_that_were_applied(dated):
    fields = {"made": {"half_life_days": 30.0, "weight": 0.8}}
    await dated.put(FIELDS, json={"fields": fields})
    answer = await found(dated)
    await dated.put(FIELDS, json={"fields": {}})

    logged = (await dated.get(f"/v1/rankings/{answer['id']}")).json()

    assert logged["knobs"]["field_boosts"] == fields
    assert [each["scores"]["boost"] for each in logged["candidates"]] == [
        each["scores"]["boost"] for each in answer["candidates"]
    ]
    assert (
        "field_boosts"
        not in ((await dated.get(f"/v1/rankings/{(await found(dated))['id']}")).json()["knobs"])
    )


@pytest.mark.parametrize(
    "boost",
    [
        {},
        {"half_life_days": 0},
        {"half_life_days": 30, "weight": 0},
        {"half_life_days": 30, "weight": 2},
        {"worst": 1},
        {"worst": 1, "best": 1},
        {"half_life_days": 30, "worst": 1, "best": 2},
        {"half_life": 30},
    ],
)
async def test_boosts_by_metadata_that_cannot_be_are_refused(dated, boost):
    answer = await dated.put(FIELDS, json={"fields": {"made": boost}})

    assert answer.status_code == 400
    assert answer.json()["field"].startswith("fields")
