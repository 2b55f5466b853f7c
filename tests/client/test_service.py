"""The clients against the service as users run it."""

import subprocess
import sys
from uuid import uuid4

import httpx
import pytest

from pgrerank.client import Document, Judgment, errors
from tests.fixtures import connections

TEXTS = {
    "keys": "Rotate an API key every month and revoke the old one.",
    "fruit": "Bananas are yellow and sweet.",
    "cars": "A car needs its oil changed once a year.",
    "guide/ä?": "Install the program with pip.",
}
DOCUMENTS = [
    Document(id=name, text=text, title=name.title(), metadata={"length": len(text)})
    for name, text in TEXTS.items()
]


@pytest.fixture
async def caller(live, caller_of):
    async with caller_of(live.url, live.new_key()) as opened:
        await opened("put_collection", "docs")
        yield opened


@pytest.fixture
async def filled(caller):
    await caller("ingest", "docs", DOCUMENTS)
    return caller


async def test_documents_are_found_with_what_was_stored_of_them(filled):
    found = await filled("search", "docs", "how do I rotate a key?", limit=2, rerank="always")

    first = found.results[0]
    assert (first.document.id, first.document.title) == ("keys", "Keys")
    assert first.document.metadata == {"length": len(TEXTS["keys"])}
    assert first.chunk.content == TEXTS["keys"]
    assert (first.ranks.final, found.rerank.status) == (1, "full")
    assert len(found.results) == 2


async def test_what_is_asked_is_sent_at_once(filled, live):
    await filled("search", "docs", "fruit", rerank="never")

    ends = connections.nodelay(httpx.URL(live.url).port)
    assert ends["client"]
    assert all(ends["client"])


async def test_knobs_reach_the_service(filled):
    found = await filled(
        "search",
        "docs",
        "fruit",
        strategy="dense",
        candidates=3,
        rerank="never",
        filter={"length": {"$lt": 30}},
        explain=True,
    )

    assert [each.document.id for each in found.results] == ["fruit", "guide/ä?"]
    assert (found.legs.dense.requested, found.legs.keyword) == (3, None)
    assert (found.rerank.status, len(found.candidates)) == ("skipped", 2)


async def test_supplied_documents_are_ordered(caller):
    supplied = [*TEXTS.values(), {"title": "Keys", "body": TEXTS["keys"]}, [["a", "b"], ["c", "d"]]]
    ranked = await caller("rank", "how do I rotate a key?", supplied, explain=True)

    assert ranked.results[0].index in {0, 4}
    assert sorted(each.index for each in ranked.results) == list(range(6))
    assert all(
        1 >= each.display_score >= 0 and each.rerank_score is not None for each in ranked.results
    )
    read = {each.index: each.text for each in ranked.documents}
    assert read[0] == TEXTS["keys"]
    assert TEXTS["keys"] in read[4]
    assert (ranked.rerank.status, ranked.calibration.id) == ("full", None)
    assert (await caller("rank", "key", supplied, limit=2)).results[1:2]


async def test_results_go_on_behind_a_page_as_they_were_logged(filled):
    found = await filled("search", "docs", "a car or a key", limit=1)
    page = await filled("results", found.id, cursor=found.cursor)

    ids = [each.document.id for each in (*found.results, *page.results)]
    assert sorted(ids) == sorted(TEXTS)
    assert (page.cursor, page.gone) == (None, 0)


async def test_it_says_what_became_of_a_document(filled):
    found = await filled("search", "docs", "banana", limit=1)

    returned = await filled("why", found.id, "fruit")
    below = await filled("why", str(found.id), "guide/ä?")
    missing = await filled("why", found.id, "nothing")

    assert (returned.stage, below.stage, missing.stage) == (
        "returned",
        "below_limit",
        "not_stored",
    )
    assert returned.logged.chunk_id == found.results[0].chunk.id


async def test_documents_are_read_and_deleted_whatever_their_id(filled):
    read = await filled("document", "docs", "guide/ä?")
    assert (read.id, [chunk.content for chunk in read.chunks]) == (
        "guide/ä?",
        ["Install the program with pip."],
    )

    assert await filled("delete_document", "docs", "guide/ä?") is None
    with pytest.raises(errors.NotFoundError):
        await filled("document", "docs", "guide/ä?")


async def test_sending_again_costs_nothing_and_bad_rows_are_named_by_their_place(filled):
    many = [{"id": f"n{number}", "text": "x"} for number in range(600)]
    done = await filled("ingest", "docs", [*DOCUMENTS, *many, {"id": "bad"}])

    assert (done.unchanged, done.created) == (len(TEXTS), 600)
    assert [row.line for row in done.rejected] == [605]
    assert "text" in done.rejected[0].reason


async def test_an_atomic_ingest_stores_all_or_nothing(caller):
    with pytest.raises(errors.InvalidRequestError) as refused:
        await caller("ingest", "docs", [*DOCUMENTS, {"id": "bad"}], atomic=True)

    assert [row.line for row in refused.value.problem.rejected] == [5]
    assert (await caller("collection", "docs")).documents == 0


async def test_collections_are_made_listed_and_deleted(caller):
    made = await caller("put_collection", "german", text_search="german", retrieval={"k1": 1.2})
    assert (made.text_search, made.retrieval.k1, made.documents) == ("german", 1.2, 0)
    assert await caller.collections() == ["docs", "german"]

    await caller("delete_collection", "german")
    assert await caller.collections() == ["docs"]


async def test_judgments_and_feedback_are_kept(filled):
    graded = [
        Judgment(query="key", document="keys", grade=3, by="ann"),
        Judgment(query="key", document="missing", grade=1),
    ]
    judged = await filled("judge", "docs", graded)
    assert (judged.added, judged.unknown) == (2, ["missing"])

    found = await filled("search", "docs", "key")
    kept = await filled("feedback", found.id, found.results[0].chunk.id, "clicked")
    assert (kept.document, kept.source) == (found.results[0].document.id, "click")


@pytest.mark.parametrize(
    ("method", "arguments", "knobs", "error"),
    [
        ("search", ["docs", "x"], {"limit": 0}, errors.InvalidRequestError),
        ("search", ["nowhere", "x"], {}, errors.NotFoundError),
        ("search", ["docs", "x"], {"min_relevance": 0.5}, errors.ConflictError),
        ("why", [uuid4(), "x"], {}, errors.NotFoundError),
        ("rank", ["x", []], {}, errors.InvalidRequestError),
        ("rank", ["x", ["y"]], {"collection": "nowhere"}, errors.NotFoundError),
        ("rank", ["x" * 9000, ["y"]], {}, errors.InvalidRequestError),
    ],
)
async def test_refusals_are_told_apart(caller, method, arguments, knobs, error):
    with pytest.raises(error) as refused:
        await caller(method, *arguments, **knobs)

    assert refused.value.problem.request_id
    assert refused.value.problem.detail in str(refused.value)


async def test_a_wrong_key_and_a_key_without_the_scope_are_told_apart(live, caller_of):
    async with caller_of(live.url, "pgr_wrong") as stranger:
        with pytest.raises(errors.AuthenticationError):
            await stranger("collection", "docs")
    async with caller_of(live.url, live.new_key(["search"])) as reader:
        with pytest.raises(errors.ForbiddenError):
            await reader("put_collection", "docs")


def test_importing_it_loads_neither_models_nor_the_service():
    code = "import sys, pgrerank.client; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)

    modules = set(loaded.stdout.decode().split())
    assert modules.isdisjoint({"torch", "litestar", "psycopg", "transformers", "numpy"})
    assert {name for name in modules if name.startswith("pgrerank.")} == {
        name for name in modules if name.startswith("pgrerank.client")
    }


async def test_terms_thresholds_and_keys_are_managed(filled):
    put = await filled("put_terms", "docs", {"Banana": 0.7})
    changed = await filled("update_collection", "docs", retrieval={"k1": 1.5})
    stored = await filled("put_threshold", "docs", "browse", min_relevance=0.2)
    issued = await filled("issue_key", "site", scopes=["search"])
    await filled("revoke_key", issued.key.id)

    fields = {"made": {"half_life_days": 30}, "length": {"worst": 0, "best": 9, "weight": 0.25}}
    boosts = await filled("put_field_boosts", "docs", fields)
    assert boosts == await filled("field_boosts", "docs")
    assert (boosts["made"].weight, boosts["made"].half_life_days) == (0.5, 30)
    assert (boosts["length"].weight, boosts["length"].best) == (0.25, 9)
    assert put == {"Banana": 0.7} == await filled("terms", "docs")
    assert changed.retrieval.k1 == 1.5
    assert stored.min_relevance == 0.2
    assert [each.name for each in await filled("thresholds")] == ["browse"]
    await filled("delete_threshold", "docs", "browse")
    assert await filled("thresholds") == []
    with pytest.raises(errors.RefusedError, match="calibration"):
        await filled("put_threshold", "docs", "sure", precision=0.9)
