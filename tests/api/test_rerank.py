"""Rankings of supplied documents, over HTTP, on real storage."""

import json
from uuid import UUID

import pytest

from pgrerank.domain.candidate import RerankStatus
from pgrerank.domain.document import passage_hash
from pgrerank.domain.errors import OverloadedError, QuotaError, ScoringError
from pgrerank.domain.rerank import NATIVE
from tests.api.conftest import OPERATOR_TOKEN, FakeObserver, client_of
from tests.fakes import FakeScorer, services

TEXTS = ["a car", "a red fox", "the red car"]


@pytest.fixture
async def caller(stored_services, new_tenant):
    async with client_of(stored_services, tenant_id=new_tenant()) as client:
        yield client


async def ranked(caller, *, query="red fox", documents=TEXTS, **knobs):
    request = {"query": query, "documents": documents, **knobs}
    return await caller.post("/v1/rankings", json=request)


async def test_documents_come_back_best_first_under_the_callers_index(caller):
    answer = await ranked(caller)

    body = answer.json()
    assert answer.status_code == 200, answer.text
    assert [each["index"] for each in body["results"]] == [1, 2, 0]
    assert [each["rerank_score"] for each in body["results"]] == [2, 1, 0]
    assert [each["relevance"] for each in body["results"]] == [None] * 3
    assert body["rerank"] == {
        "status": "full",
        "reason": None,
        "scored": 3,
        "model": FakeScorer.model.name,
        "cascade": None,
    }
    assert body["calibration"] == {"id": None, "reason": "no calibration"}
    assert body["documents"] is None
    assert answer.headers["Server-Timing"].startswith("authenticate;dur=")


async def test_a_ranking_is_found_in_the_log(caller):
    made = (await ranked(caller, limit=1)).json()

    logged = (await caller.get(f"/v1/rankings/{made['id']}")).json()
    listed = (await caller.get("/v1/rankings", params={"source": "api"})).json()
    searches = (await caller.get("/v1/rankings", params={"source": "search"})).json()

    assert (logged["source"], logged["dialect"], logged["collection"]) == ("api", "native", None)
    assert (logged["query"], logged["returned"], logged["candidates"]) == ("red fox", 1, None)
    assert [(each["index"], each["final_rank"]) for each in logged["documents"]] == [
        (1, 1),
        (2, 2),
        (0, 3),
    ]
    assert logged["documents"][0]["content_hash"] == passage_hash("", "a red fox").hex()
    assert logged["documents"][0]["text"] is None
    assert [each["id"] for each in listed["items"]] == [made["id"]]
    assert searches["items"] == []


async def test_objects_and_tables_are_read(caller):
    documents = [
        "a car",
        {"colour": "red", "animal": "fox"},
        [{"colour": "red", "animal": "hen"}, {"colour": "blue", "animal": "cow"}],
    ]

    body = (await ranked(caller, documents=documents, explain=True)).json()

    assert [each["index"] for each in body["results"]] == [1, 2, 0]
    assert [each["text"] for each in body["documents"]][:1] == ["colour: red\nanimal: fox"]


async def test_only_the_fields_that_are_named_are_read(caller):
    documents = [{"animal": "fox", "colour": "red"}, {"animal": "red fox", "colour": "blue"}]

    body = (await ranked(caller, documents=documents, rank_fields=["colour"], explain=True)).json()

    assert [each["text"] for each in body["documents"]] == ["colour: red", "colour: blue"]


async def test_depth_and_limit_are_independent(caller):
    body = (await ranked(caller, depth=2, limit=1, explain=True)).json()

    assert [each["index"] for each in body["results"]] == [1]
    assert [each["index"] for each in body["documents"]] == [1, 0, 2]
    assert [each["rerank_score"] for each in body["documents"]] == [2, 0, None]


async def test_a_thousand_documents_keep_their_indexes(caller):
    documents = [f"word{n}" for n in range(999)] + ["red fox \U0001f98a"]

    body = (await ranked(caller, documents=documents)).json()

    assert [each["index"] for each in body["results"]] == [999, *range(999)]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"query": " "}, "query"),
        ({"documents": []}, "documents"),
        ({"documents": [1]}, "documents[0]"),
        ({"limit": 0}, "limit"),
        ({"threshold": "bot"}, "threshold"),
        ({"model": "none-such"}, "none-such"),
        ({"model": "none such"}, "model"),
        ({"top_n": 3}, "top_n"),
    ],
)
async def test_what_cannot_be_asked_is_refused_by_name(caller, wrong, field):
    answer = await ranked(caller, **wrong)

    assert answer.status_code == 400
    assert field in answer.json()["detail"]


async def test_characters_that_are_none_are_refused_or_replaced(caller):
    async def sent(text):
        body = json.dumps({"query": "red", "documents": [text]})
        headers = {"Content-Type": "application/json"}
        return await caller.post("/v1/rankings", content=body, headers=headers)

    assert (await sent("half of \ud83e")).status_code == 400
    assert (await sent("nul \0 in it")).status_code == 200


async def test_too_much_is_refused(caller):
    assert (await ranked(caller, documents=["a"] * 10_001)).status_code == 413
    assert (await ranked(caller, query="a" * 9_000)).status_code == 413


async def test_a_collection_or_threshold_that_is_not_there_is_told(caller):
    await caller.put("/v1/collections/docs")

    assert (await ranked(caller, collection="none")).status_code == 404
    assert (await ranked(caller, collection="docs", threshold="none")).status_code == 404
    assert (await ranked(caller, collection="docs", min_relevance=0.5)).status_code == 409


@pytest.mark.parametrize(
    ("failure", "status", "retry_after"),
    [
        (OverloadedError(7), 503, "7"),
        (QuotaError(7, 100), 429, "7"),
        (ScoringError("The reranker"), 503, "2"),
    ],
)
async def test_a_reranker_that_reads_nothing_is_no_answer(failure, status, retry_after):
    async with client_of(services(scorer=FakeScorer(failure=failure))) as client:
        answer = await ranked(client)

    assert (answer.status_code, answer.headers["Retry-After"]) == (status, retry_after)


async def test_rankings_are_told_to_the_observer():
    observer = FakeObserver()
    async with client_of(services(), observer=observer) as client:
        made = (await ranked(client)).json()

    ((request, told),) = observer.rankings
    assert (request.dialect, told.id) == (NATIVE, UUID(made["id"]))
    assert told.rerank.status is RerankStatus.FULL


async def test_the_operator_says_whether_texts_are_kept():
    async with client_of(services()) as client:
        operator = {"Authorization": f"Bearer {OPERATOR_TOKEN}"}
        await client.post("/v1/tenants", json={"name": "keeper"}, headers=operator)
        path = "/v1/tenants/keeper/texts"

        changed = await client.put(path, json={"keep": True}, headers=operator)
        unknown = await client.put("/v1/tenants/x/texts", json={"keep": True}, headers=operator)

    assert changed.json()["keep_texts"]
    assert unknown.status_code == 404


async def test_rankings_go_by_the_calibration_and_the_thresholds_of_the_collection(caller):
    words = [("a red fox sleeps", 2), ("a red car drives", 0)]
    documents = [{"id": f"{g}-{n}", "text": f"{text} {n}"} for n in range(12) for text, g in words]
    graded = [
        {"query": f"red fox {n}", "document": f"{g}-{n}", "grade": g}
        for n in range(12)
        for _, g in words
    ]
    await caller.put("/v1/collections/docs")
    await caller.put("/v1/collections/docs/documents", json=documents)
    await caller.post("/v1/judgments", json={"collection": "docs", "judgments": graded})
    made = await caller.post("/v1/calibrations", json={"collection": "docs"})
    await caller.put("/v1/collections/docs/thresholds/likely", json={"min_relevance": 0.5})

    asked = {"query": "red fox 3", "documents": ["a car", "a red fox sleeps 3", "the red car"]}
    alone = (await ranked(caller, **asked)).json()
    body = (await ranked(caller, **asked, collection="docs")).json()
    cut = (await ranked(caller, **asked, collection="docs", threshold="likely")).json()
    logged = (await caller.get(f"/v1/rankings/{body['id']}")).json()

    assert alone["calibration"]["id"] is None
    assert body["calibration"]["id"] == made.json()["id"]
    assert body["calibration"]["reason"].startswith("it was fitted to searches: hybrid")
    likely = [each["relevance"] for each in body["results"]]
    assert likely == sorted(likely, reverse=True)
    assert likely[0] > 0.5 > likely[-1]
    assert [each["display_score"] for each in body["results"]] == likely
    assert [each["relevance"] for each in logged["documents"]] == likely
    assert [each["index"] for each in cut["results"]] == [1]
    assert cut["cut"]["threshold"] == 2


async def test_rankings_go_by_the_calibration_of_all_of_the_tenant(caller):
    pairs = [
        {"query": f"red fox {n}", "text": text, "grade": grade}
        for n in range(12)
        for text, grade in [("a red fox", 2), ("a car", 0)]
    ]
    made = await caller.post("/v1/calibrations", json={"pairs": pairs})
    assert made.status_code == 201, made.text

    body = (await ranked(caller)).json()

    assert body["calibration"]["id"] == made.json()["id"]
    assert body["results"][0]["relevance"] > 0.5


async def test_results_are_reduced_to_their_spans(caller):
    text = "😀 A dog barks. The red fox runs."
    body = (await ranked(caller, documents=[text, "a car"], compress=True, spans={"max": 1})).json()

    first, second = body["results"]
    assert [text[each["start"] : each["end"]] for each in first["spans"]] == ["The red fox runs."]
    assert (first["extract"], second["extract"]) == ("The red fox runs.", "a car")
    assert second["spans"] == []
    assert body["spans"] == {
        "model": "fake-late",
        "total_tokens": 10,
        "kept_tokens": 6,
        "reason": None,
    }


async def test_without_a_request_for_spans_there_are_none(caller):
    body = (await ranked(caller)).json()

    assert body["spans"] is None
    assert {each["spans"] for each in body["results"]} == {None}


@pytest.mark.parametrize("spans", [{"threshold": 2}, {"max": 0}, {"most": 1}, 3])
async def test_wrong_spans_are_refused(caller, spans):
    assert (await ranked(caller, spans=spans)).status_code == 400
