"""Each dialect has the answers and errors of its original server."""

import math
import tomllib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from pgrerank.domain.errors import OverloadedError, QuotaError, ScoringError
from pgrerank.domain.limits import Limits
from pgrerank.domain.spans import NO_MODEL
from pgrerank.domain.tenant import Scope
from tests import fakes
from tests.api.conftest import Client, client_of, description
from tests.fake_spans import FakeSpans

QUERY = "what is rome"
DOCUMENTS = ["a b c", "rome is big", "what is rome like", "x y z", "größe ✓ rome"]
#: by words in common with the query; ties in the caller's order
ORDER = [2, 1, 4, 0, 3]


@pytest.fixture(scope="module")
async def client() -> AsyncIterator[Client]:
    """One client for all tests, since they change nothing."""
    async with client_of(fakes.services(), limits=Limits(requests_per_minute=0)) as caller:
        yield caller


@dataclass(frozen=True, kw_only=True)
class Dialect:
    """How a dialect's request is written, and where its answer has each value."""

    path: str
    documents: str = "documents"
    limit: str | None = "top_n"
    rows: str | None = "results"
    score: str = "relevance_score"
    #: statuses for a malformed request and for one without documents
    malformed: int = 400
    empty: int | None = None
    #: where an error has its message
    words: tuple[str | int, ...] = ("message",)
    #: status for too many documents
    many: int = 413
    #: whether scores are raw, in the reranker's unit
    raw: bool = False
    #: whether unknown fields are refused
    strict: bool = False
    #: status when the reranker's queue is full
    full: int = 503

    def body(self, documents: list[str], **fields: object) -> dict[str, object]:
        return {"query": QUERY, "model": "any-model", self.documents: documents} | fields

    def found(self, answer: object) -> list[dict[str, object]]:
        return answer if self.rows is None else answer[self.rows]

    def said(self, answer: object) -> str:
        for step in self.words:
            answer = answer[step]
        return answer


COHERE_1 = Dialect(path="/compat/cohere/v1/rerank")
COHERE_2 = Dialect(path="/compat/cohere/v2/rerank")
JINA = Dialect(path="/compat/jina/v1/rerank", malformed=422, words=("detail",))
VOYAGE = Dialect(path="/compat/voyage/v1/rerank", limit="top_k", rows="data", words=("detail",))
TEI = Dialect(
    path="/compat/tei/rerank",
    documents="texts",
    limit=None,
    rows=None,
    score="score",
    malformed=422,
    empty=400,
    many=422,
    words=("error",),
    full=429,
)
INFINITY = Dialect(
    path="/compat/infinity/rerank", malformed=422, many=422, words=("detail", 0, "msg"), full=429
)
VLLM = Dialect(path="/compat/vllm/rerank", words=("error", "message"))
SIE = Dialect(path="/compat/sie/v1/rerank", words=("detail", "message"), raw=True, strict=True)
ROOT_2 = Dialect(path="/v2/rerank")
ROOT_1 = Dialect(path="/v1/rerank")
ROOT = Dialect(path="/rerank", words=("error", "message"))
ROOT_TEI = Dialect(
    path="/rerank",
    documents="texts",
    limit=None,
    rows=None,
    score="score",
    malformed=422,
    empty=400,
    many=422,
    words=("error",),
    full=429,
)
ALL = {
    "cohere 1": COHERE_1,
    "cohere 2": COHERE_2,
    "jina": JINA,
    "voyage": VOYAGE,
    "tei": TEI,
    "infinity": INFINITY,
    "vllm": VLLM,
    "sie": SIE,
    "root 2": ROOT_2,
    "root 1": ROOT_1,
    "root": ROOT,
    "root tei": ROOT_TEI,
}
every_dialect = pytest.mark.parametrize("dialect", ALL.values(), ids=ALL)


@every_dialect
async def test_documents_come_sorted_under_the_callers_positions(client: Client, dialect: Dialect):
    answer = await client.post(dialect.path, json=dialect.body(DOCUMENTS))
    assert answer.status_code == 200
    rows = dialect.found(answer.json())
    assert [row["index"] for row in rows] == ORDER
    scores = [row[dialect.score] for row in rows]
    assert scores == sorted(scores, reverse=True)
    assert dialect.raw or all(0 <= score <= 1 for score in scores)
    assert scores[3] == scores[4] == (0.0 if dialect.raw else 0.5)


@every_dialect
async def test_nulls_and_unknown_fields_are_taken(client: Client, dialect: Dialect):
    optional = [
        *("top_n", "top_k", "return_documents", "return_text", "raw_scores", "truncate"),
        *("truncation", "rank_fields", "use_activation", "truncation_direction"),
    ]
    if dialect.strict:
        refused = await client.post(dialect.path, json=dialect.body(DOCUMENTS, no_such_field=1))
        assert (refused.status_code, "no_such_field" in refused.text) == (400, True)
        optional = ["top_n", "return_documents", "options"]
    fields = dict.fromkeys(optional) | (
        {} if dialect.strict else {"max_tokens_per_doc": None, "no_such_field": {"a": [1]}}
    )
    answer = await client.post(dialect.path, json=dialect.body(DOCUMENTS, **fields))
    assert answer.status_code == 200
    assert [row["index"] for row in dialect.found(answer.json())] == ORDER


@pytest.mark.parametrize(
    "dialect", [each for each in ALL.values() if each.limit], ids=lambda each: each.path
)
@pytest.mark.parametrize(("limit", "rows"), [(2, 2), (99, 5)])
async def test_the_answer_holds_as_many_as_were_asked_for(
    client: Client, dialect: Dialect, limit, rows
):
    body = dialect.body(DOCUMENTS, **{dialect.limit: limit})
    answer = await client.post(dialect.path, json=body)
    assert [row["index"] for row in dialect.found(answer.json())] == ORDER[:rows]


@every_dialect
async def test_what_was_not_scored_is_last_and_a_number(dialect: Dialect):
    services = fakes.services(scorer=fakes.FakeScorer(scored_in_time=2))
    async with client_of(services) as client:
        answer = await client.post(
            dialect.path,
            json=dialect.body(
                DOCUMENTS,
                **({} if dialect.strict else {"raw_scores": True, "use_activation": False}),
            ),
        )
    rows = dialect.found(answer.json())
    assert [row["index"] for row in rows] == [1, 0, 2, 3, 4]
    scores = [row[dialect.score] for row in rows]
    assert all(math.isfinite(score) for score in scores)
    assert scores == sorted(scores, reverse=True)


@every_dialect
async def test_a_thousand_documents_come_back(client: Client, dialect: Dialect):
    documents = [f"number {place}" for place in range(999)] + ["rome"]
    answer = await client.post(dialect.path, json=dialect.body(documents))
    indexes = [row["index"] for row in dialect.found(answer.json())]
    assert indexes == [999, *range(999)]


@every_dialect
async def test_too_many_documents_are_refused(client: Client, dialect: Dialect):
    answer = await client.post(dialect.path, json=dialect.body([""] * 10_001))
    assert answer.status_code == dialect.many
    assert "10001 documents" in answer.text


@every_dialect
async def test_a_body_over_the_limit_is_refused(dialect: Dialect):
    async with client_of(fakes.services(), limits=Limits(body_bytes=100)) as client:
        answer = await client.post(dialect.path, json=dialect.body(["a" * 100]))
    assert answer.status_code == 413
    assert "100 bytes" in answer.text


@every_dialect
async def test_no_documents_are_refused(client: Client, dialect: Dialect):
    answer = await client.post(dialect.path, json=dialect.body([]))
    assert answer.status_code == (dialect.empty or dialect.malformed)
    assert "must not be empty" in dialect.said(answer.json())


@every_dialect
async def test_a_malformed_body_is_refused_in_the_dialects_words(client: Client, dialect: Dialect):
    answer = await client.post(dialect.path, json=dialect.body(DOCUMENTS, query=7))
    assert answer.status_code == dialect.malformed
    assert "query" in answer.text
    assert "must be a text of at most" in dialect.said(answer.json())


@every_dialect
async def test_a_stranger_is_refused(dialect: Dialect, client: Client):
    answer = await client.post(
        dialect.path, json=dialect.body(DOCUMENTS), headers={"Authorization": "Bearer stranger"}
    )
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")


@every_dialect
async def test_a_key_without_the_scope_is_refused(dialect: Dialect):
    async with client_of(fakes.services(), scopes=frozenset({Scope.INGEST})) as client:
        answer = await client.post(dialect.path, json=dialect.body(DOCUMENTS))
    assert answer.status_code == 403
    assert "`search`" in answer.text


@every_dialect
@pytest.mark.parametrize("failure", [OverloadedError(7), QuotaError(7, 50)], ids=["line", "quota"])
async def test_a_full_service_says_when_to_come_back(dialect: Dialect, failure):
    services = fakes.services(scorer=fakes.FakeScorer(failure=failure))
    async with client_of(services) as client:
        answer = await client.post(dialect.path, json=dialect.body(DOCUMENTS))
    assert answer.status_code == (429 if isinstance(failure, QuotaError) else dialect.full)
    assert answer.headers["retry-after"] == "7"
    assert "7 s" in answer.text


@every_dialect
async def test_a_failed_model_is_no_answer(dialect: Dialect):
    services = fakes.services(scorer=fakes.FakeScorer(failure=ScoringError("The reranker")))
    async with client_of(services) as client:
        answer = await client.post(dialect.path, json=dialect.body(DOCUMENTS))
    assert answer.status_code == 503
    assert "reranker" in answer.text


@every_dialect
async def test_an_unexpected_error_tells_nothing(dialect: Dialect):
    services = fakes.services(scorer=fakes.FakeScorer(failure=RuntimeError("password=hunter2")))
    with capture_logs() as logs:  # otherwise every local variable is rendered, which takes seconds
        async with client_of(services) as client:
            answer = await client.post(dialect.path, json=dialect.body(DOCUMENTS))
    assert [each["event"] for each in logs] == ["request.failed"]
    assert answer.status_code == 500
    assert "hunter2" not in answer.text


@every_dialect
async def test_requests_a_minute_hold_for_all_dialects(dialect: Dialect):
    async with client_of(fakes.services(), limits=Limits(requests_per_minute=1)) as client:
        first = await client.post(dialect.path, json=dialect.body(DOCUMENTS))
        second = await client.post(dialect.path, json=dialect.body(DOCUMENTS))
    assert (first.status_code, second.status_code) == (200, 429)


@pytest.mark.parametrize(
    ("path", "body", "status", "told"),
    [
        ("/compat/cohere/v2/rerank", {}, 400, {"message"}),
        ("/compat/jina/v1/rerank", {}, 422, {"detail"}),
        ("/compat/voyage/v1/rerank", {}, 400, {"detail"}),
        ("/compat/tei/rerank", {}, 422, {"error", "error_type"}),
        ("/rerank", {"texts": 1}, 422, {"error", "error_type"}),
        ("/compat/infinity/rerank", {}, 422, {"detail"}),
        ("/compat/vllm/rerank", {}, 400, {"error"}),
        ("/compat/sie/v1/rerank", {}, 400, {"detail"}),
        ("/v1/score/org/model", {}, 400, {"detail"}),
        ("/v1/rerank", {}, 400, {"message", "detail", "error"}),
        ("/v1/embeddings", {}, 400, {"error"}),
    ],
)
async def test_a_refusal_holds_what_its_clients_read(client: Client, path, body, status, told):
    answer = await client.post(path, json=body)
    assert answer.status_code == status
    assert set(answer.json()) == told


async def test_tei_says_nothing_to_strangers(client: Client):
    answer = await client.get("/compat/tei/info", headers={"Authorization": ""})
    assert (answer.status_code, answer.content) == (401, b"")


@pytest.mark.parametrize(
    ("documents", "kind"),
    [([], "Empty"), ([1], "Validation"), ([""] * 10_001, "Validation")],
    ids=["none", "malformed", "too many"],
)
async def test_tei_names_the_kind_of_error(client: Client, documents, kind):
    answer = await client.post("/compat/tei/rerank", json=TEI.body(documents))
    assert answer.json()["error_type"] == kind


async def test_documents_return_in_each_dialects_form(client: Client):
    async def first(path: str, **fields: object) -> dict[str, object]:
        answer = await client.post(
            path, json={"query": QUERY, "model": "m", "documents": DOCUMENTS} | fields
        )
        body = answer.json()
        return (body.get("data") or body["results"])[0]

    text = "what is rome like"
    asked = {"return_documents": True}
    assert "document" not in await first("/compat/cohere/v1/rerank")
    assert (await first("/compat/cohere/v1/rerank", **asked))["document"] == {"text": text}
    assert (await first("/compat/jina/v1/rerank"))["document"] == {"text": text}
    assert "document" not in await first("/compat/jina/v1/rerank", return_documents=False)
    assert "document" not in await first("/compat/voyage/v1/rerank")
    assert (await first("/compat/voyage/v1/rerank", **asked))["document"] == text
    assert (await first("/compat/infinity/rerank"))["document"] is None
    assert (await first("/compat/infinity/rerank", **asked))["document"] == text
    assert (await first("/compat/vllm/rerank"))["document"]["text"] == text
    assert (await first("/rerank"))["document"] == {"text": text}
    assert (await first("/v1/rerank", top_k=None, **asked))["document"] == text


async def test_objects_are_read_by_their_fields_and_returned_whole(client: Client):
    documents = [{"title": "rome", "text": "x"}, {"title": "x", "text": "what is rome"}]
    body = {"query": QUERY, "documents": documents, "return_documents": True}
    by_title = await client.post("/v1/rerank", json=body | {"rank_fields": ["title"]})
    by_all = await client.post("/v1/rerank", json=body)
    assert [row["index"] for row in by_title.json()["results"]] == [0, 1]
    assert [row["index"] for row in by_all.json()["results"]] == [1, 0]
    assert by_all.json()["results"][0]["document"] == documents[1]


async def test_raw_scores_are_the_rerankers_own(client: Client):
    answers = [
        await client.post("/compat/tei/rerank", json=TEI.body(DOCUMENTS, raw_scores=True)),
        await client.post("/compat/infinity/rerank", json=ROOT.body(DOCUMENTS, raw_scores=True)),
        await client.post("/compat/vllm/rerank", json=ROOT.body(DOCUMENTS, use_activation=False)),
    ]
    scores = [
        [row.get("score", row.get("relevance_score")) for row in dialect.found(answer.json())]
        for dialect, answer in zip([TEI, INFINITY, VLLM], answers, strict=True)
    ]
    assert scores == [[3.0, 2.0, 1.0, 0.0, 0.0]] * 3


async def test_the_root_answers_voyages_clients_by_their_fields(client: Client):
    plain = (await client.post("/v1/rerank", json=ROOT_1.body(DOCUMENTS))).json()
    voyages = (await client.post("/v1/rerank", json=ROOT_1.body(DOCUMENTS, top_k=None))).json()
    assert "data" not in plain
    assert [row["index"] for row in voyages["data"]] == ORDER
    assert plain["object"] == "rerank"


async def test_scores_come_in_the_order_of_the_pairs(client: Client):
    async def scores(**body: object) -> list[float]:
        answer = await client.post("/score", json=body | {"use_activation": False})
        assert [row["index"] for row in answer.json()["data"]] == list(range(3))
        return [row["score"] for row in answer.json()["data"]]

    right = ["rome", "what is rome", "big"]
    assert await scores(text_1=QUERY, text_2=right) == [1.0, 3.0, 0.0]
    assert await scores(queries=["rome", "is", "big"], documents=right) == [1.0, 1.0, 1.0]
    assert await scores(queries=["rome", "rome", "big"], items=right) == [1.0, 1.0, 1.0]


@pytest.mark.parametrize(
    "body",
    [{}, {"text_1": "a"}, {"queries": ["a", "b"], "documents": ["a", "b", "c"]}],
    ids=["nothing", "one side", "two against three"],
)
async def test_pairs_that_do_not_match_are_refused(client: Client, body):
    assert (await client.post("/score", json=body)).status_code == 400


async def test_texts_in_parts_are_read_and_images_refused(client: Client):
    def asked(*parts: dict[str, object]) -> dict[str, object]:
        return {"query": "rome", "documents": [{"content": list(parts)}, "is rome"]}

    text = {"type": "text", "text": "rome"}
    image = {"type": "image_url", "image_url": {"url": "data:"}}
    read = await client.post("/compat/vllm/rerank", json=asked(text))
    assert read.json()["results"][0]["document"]["text"] == "rome"
    assert (await client.post("/compat/vllm/rerank", json=asked(image))).status_code == 400


def _dialects(paths) -> set[str]:
    """Names of dialects in paths such as /compat/jina/v1/rerank."""
    return {path.split("/")[2] for path in paths if path.startswith("/compat/")}


def test_every_dialect_is_tested_here_and_kept_apart_by_the_import_contract():
    dialects = _dialects(description()["paths"])
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())
    contracts = project["tool"]["importlinter"]["contracts"]
    (apart,) = [each["modules"] for each in contracts if each["type"] == "independence"]

    assert _dialects(each.path for each in ALL.values()) == dialects
    assert {name.removeprefix("pgrerank.api.compat.") for name in apart} == dialects | {"openai"}


async def test_every_call_is_described_and_needs_the_scope():
    services = fakes.services()
    paths = description()["paths"]
    calls = {
        (method, path): call
        for path, item in paths.items()
        for method, call in item.items()
        if "compatible" in call["tags"]
    }
    assert {("post", each.path) for each in ALL.values()} <= set(calls)
    async with client_of(services, scopes=frozenset({Scope.INGEST})) as client:
        for (method, path), call in calls.items():
            assert call["security"]
            assert (await client.request(method, path)).status_code == 403


async def test_coheres_clients_get_relevant_spans():
    text = "A dog barks. The red fox runs."
    request = {"model": "m", "query": "red fox", "documents": [text]}

    async def answer(scorer: FakeSpans | None, spans: object) -> dict[str, Any]:
        async with client_of(fakes.services(spans=scorer)) as caller:
            body = request | {"relevant_spans": spans}
            return (await caller.post("/compat/cohere/v2/rerank", json=body)).json()

    enabled = {"mode": "enabled", "threshold": 0.1, "max_spans": 1}
    found = await answer(FakeSpans(), enabled)
    disabled = await answer(FakeSpans(), {"mode": "disabled"})
    impossible = await answer(None, enabled)

    assert found["results"][0]["relevant_spans"] == [{"start": 13, "end": 30, "score": 1.0}]
    assert "relevant_spans" not in disabled["results"][0]
    assert "relevant_spans" not in impossible["results"][0]
    assert impossible["meta"]["warnings"] == [f"relevant_spans: {NO_MODEL}"]
