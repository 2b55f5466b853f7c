"""Judgments, calibrations and thresholds over HTTP, on real storage."""

import pytest

from pgrerank.domain.tenant import Scope
from tests.api.conftest import client_of

GRADED = [
    {"query": f"red fox {n}", "document": f"{name}{n}", "grade": grade}
    for n in range(12)
    for name, grade in [("fox", 2), ("car", 0)]
]
DOCUMENTS = [
    {"id": f"{name}{n}", "text": text + f" {n}"}
    for n in range(12)
    for name, text in [("fox", "a red fox sleeps"), ("car", "a red car drives")]
]


@pytest.fixture
async def caller(stored_services, new_tenant):
    async with client_of(stored_services, tenant_id=new_tenant()) as client:
        made = await client.put("/v1/collections/docs")
        assert made.status_code == 200, made.text
        await client.put("/v1/collections/docs/documents", json=DOCUMENTS)
        yield client


async def judged(caller):
    answer = await caller.post("/v1/judgments", json={"collection": "docs", "judgments": GRADED})
    assert answer.json() == {"added": 24, "unknown": []}


async def calibrated(caller, **wanted):
    await judged(caller)
    answer = await caller.post("/v1/calibrations", json={"collection": "docs", **wanted})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def found(caller, **knobs):
    request = {"query": "red fox 3", "rerank": "always", **knobs}
    return await caller.post("/v1/collections/docs/search", json=request)


async def test_calibration_is_fitted_shown_applied_and_deleted(caller):
    before = (await found(caller)).json()
    made = await calibrated(caller)
    after = (await found(caller)).json()
    listed = (await caller.get("/v1/calibrations", params={"collection": "docs"})).json()
    looked_at = (await caller.get(f"/v1/calibrations/{made['id']}")).json()
    logged = (await caller.get(f"/v1/rankings/{after['id']}")).json()
    await caller.delete(f"/v1/calibrations/{made['id']}")
    gone = await caller.get(f"/v1/calibrations/{made['id']}")

    assert before["calibration"] == {"id": None, "reason": "no calibration"}
    assert before["answerable"] is None
    assert after["calibration"] == {"id": made["id"], "reason": None}
    assert 0 < after["results"][0]["scores"]["relevance"] < 1
    assert after["answerable"]["value"]
    assert (made["queries"], made["unjudged"]) == (12, "skip")
    assert looked_at == made
    assert [each["id"] for each in listed["items"]] == [made["id"]]
    assert listed["items"][0]["points"] is None
    assert logged["calibration_id"] == made["id"]
    assert logged["answerable"] == after["answerable"] | {
        "probability": pytest.approx(after["answerable"]["probability"])
    }
    assert logged["cut"] == after["cut"]
    assert gone.status_code == 404


async def test_cut_by_relevance_may_leave_nothing_and_says_how_many_it_removed(caller):
    refused = await found(caller, min_relevance=0.5)
    await calibrated(caller)
    none = await found(caller, min_relevance=1.0)

    assert refused.status_code == 409
    assert "no calibration" in refused.json()["detail"]
    assert none.status_code == 200
    assert none.json()["results"] == []
    assert none.json()["cut"]["min_relevance"] == none.json()["rerank"]["scored"] == 24


async def test_threshold_is_set_used_and_forgotten(caller):
    await calibrated(caller, unjudged="irrelevant")
    place = "/v1/collections/docs/thresholds/bot"

    by_promise = await caller.put(place, json={"precision": 0.02, "confidence": 0.6})
    kept = (await found(caller, threshold="bot")).json()
    too_much = await caller.put(place, json={"precision": 0.99})
    by_hand = await caller.put(place, json={"min_relevance": 1.0})
    cut = (await found(caller, threshold="bot")).json()
    listed = (await caller.get("/v1/thresholds")).json()["items"]
    await caller.delete(place)
    unknown = await found(caller, threshold="bot")

    assert by_promise.json()["cutoff"] is not None
    assert kept["results"]
    assert too_much.status_code == 409
    assert "No cut-off can promise" in too_much.json()["detail"]
    assert by_hand.json()["min_relevance"] == 1.0
    assert (cut["results"], cut["cut"]["threshold"]) == ([], 24)
    assert [(each["name"], each["collection"]) for each in listed] == [("bot", "docs")]
    assert unknown.status_code == 404


@pytest.mark.parametrize("wanted", [{}, {"precision": 0.5, "min_relevance": 0.5}])
async def test_threshold_is_one_thing_or_the_other(caller, wanted):
    answer = await caller.put("/v1/collections/docs/thresholds/bot", json=wanted)

    assert (answer.status_code, answer.json()["field"]) == (400, "precision")


@pytest.mark.parametrize(
    ("field", "value"),
    [("confidence", 0.95), ("calibration_id", "0198c7d2-91a5-7cc1-a02a-5f7f1f0e9d3b")],
)
async def test_fields_of_a_guarantee_are_refused_with_a_relevance(caller, field, value):
    wanted = {"min_relevance": 0.5, field: value}
    answer = await caller.put("/v1/collections/docs/thresholds/bot", json=wanted)

    assert (answer.status_code, answer.json()["field"]) == (400, field)
    assert "is for `precision`" in answer.json()["detail"]
    assert (await caller.get("/v1/thresholds")).json()["items"] == []


async def test_too_few_judgments_are_refused_in_numbers(caller):
    answer = await caller.post("/v1/calibrations", json={"collection": "docs"})

    assert answer.status_code == 400
    assert "0 queries" in answer.json()["detail"]


async def test_pairs_of_the_callers_own_are_scored_and_fitted(caller):
    pairs = [
        {"query": f"red fox {n}", "text": text, "grade": grade}
        for n in range(10)
        for text, grade in [("a red fox", 3), ("a boat", 0)]
    ]

    answer = await caller.post("/v1/calibrations", json={"collection": "docs", "pairs": pairs})

    assert (answer.json()["pairs"], answer.json()["positives"]) == (20, 10)


async def test_feedback_is_kept_apart_from_judgments(caller):
    answer = (await found(caller)).json()
    chunk = answer["results"][0]["chunk"]["id"]
    place = f"/v1/rankings/{answer['id']}/feedback"

    kept = await caller.post(place, json={"chunk_id": chunk, "event": "clicked", "by": "eve"})
    stranger = await caller.post(place, json={"chunk_id": answer["id"], "event": "used"})
    refused = await caller.post("/v1/calibrations", json={"collection": "docs"})

    assert kept.json() == {
        "query": "red fox 3",
        "document": answer["results"][0]["document"]["id"],
        "grade": 1,
        "source": "click",
    }
    assert (stranger.status_code, stranger.json()["field"]) == (400, "chunk_id")
    assert "0 queries" in refused.json()["detail"]


async def test_searching_key_may_give_feedback_and_no_judgments(stored_services, new_tenant):
    reader = client_of(stored_services, tenant_id=new_tenant(), scopes=frozenset({Scope.SEARCH}))
    async with reader as client:
        answer = await client.post(
            "/v1/judgments", json={"collection": "docs", "judgments": GRADED[:1]}
        )

    assert answer.status_code == 403


async def test_grades_that_fall_with_the_score_are_refused_and_nothing_is_stored(caller):
    turned = [{**each, "grade": 2 - each["grade"]} for each in GRADED]
    await caller.post("/v1/judgments", json={"collection": "docs", "judgments": turned})

    refused = await caller.post("/v1/calibrations", json={"collection": "docs"})

    assert refused.status_code == 400
    assert "does not mean more relevance" in refused.json()["detail"]
    assert (await caller.get("/v1/calibrations")).json()["items"] == []
    assert (await found(caller)).json()["calibration"]["reason"] == "no calibration"
