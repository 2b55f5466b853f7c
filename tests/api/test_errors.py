"""Every error has one status and one problem type, and says what to do."""

import pytest
from structlog.testing import capture_logs

from pgrerank.api.errors import KINDS
from pgrerank.domain import errors as domain
from pgrerank.domain.collection import Collection
from pgrerank.domain.limits import Limits
from tests import fakes
from tests.api.conftest import Client, client_of


class FailingCollections(fakes.FakeCollections):
    def __init__(self, failure: Exception) -> None:
        super().__init__()
        self.failure = failure

    async def by_name(self, *_: object) -> Collection:
        raise self.failure


REFUSALS = [
    (domain.InvalidRequestError("filter", "must be an object"), 400, "invalid-request"),
    (domain.AuthenticationError(), 401, "unauthenticated"),
    (domain.ForbiddenError("search"), 403, "forbidden"),
    (domain.NotFoundError("collection", "docs"), 404, "not-found"),
    (domain.ConflictError("The collection was deleted meanwhile."), 409, "conflict"),
    (domain.TooLargeError("query", size=2, limit=1, unit="characters"), 413, "too-large"),
    (domain.OverloadedError(7), 503, "overloaded"),
    (domain.QuotaError(7, 50), 429, "quota-exceeded"),
    (domain.UnavailableError("Postgres"), 503, "unavailable"),
    (domain.ScoringError("The embedder"), 503, "unavailable"),
    (domain.DatabaseUnreachableError("connection refused"), 503, "unavailable"),
]


@pytest.mark.parametrize(("failure", "status", "slug"), REFUSALS, ids=lambda part: str(part)[:20])
async def test_domain_errors_become_problem_documents(failure, status, slug):
    services = fakes.services(collections=FailingCollections(failure=failure))
    async with client_of(services) as client:
        answer = await client.get("/v1/collections/docs")

    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert body["type"] == f"urn:pgrerank:problem:{slug}"
    assert body["detail"] == str(failure)
    assert body["status"] == status
    assert body["request_id"] == answer.headers["x-request-id"]


def test_every_refusal_of_the_domain_has_a_kind():
    def leaves(cls: type) -> set[type]:
        below = {leaf for sub in cls.__subclasses__() for leaf in leaves(sub)}
        return below or {cls}

    at_run_time = {
        cls
        for cls in leaves(domain.PgrerankError) - leaves(domain.StartupError)
        if cls.__module__.startswith(("pgrerank.domain", "pgrerank.api"))
    }
    assert len(at_run_time) > 10
    assert {cls for cls in at_run_time if not issubclass(cls, tuple(KINDS))} == set()


async def test_a_retry_is_timed_where_it_can_help():
    overloaded = fakes.services(collections=FailingCollections(failure=domain.OverloadedError(7)))
    gone = fakes.services(
        collections=FailingCollections(failure=domain.UnavailableError("Postgres"))
    )
    async with client_of(overloaded) as client:
        assert (await client.get("/v1/collections/docs")).headers["retry-after"] == "7"
    async with client_of(gone) as client:
        assert int((await client.get("/v1/collections/docs")).headers["retry-after"]) >= 1


async def test_the_field_at_fault_is_named():
    failure = domain.InvalidRequestError("filter.year.$gte", "must be a number")
    async with client_of(fakes.services(collections=FailingCollections(failure=failure))) as client:
        assert (await client.get("/v1/collections/docs")).json()["field"] == "filter.year.$gte"


@pytest.mark.parametrize(
    "failure",
    [RuntimeError("password=hunter2"), domain.PgrerankError("unplanned hunter2")],
    ids=["foreign", "our own without a kind"],
)
async def test_an_unexpected_error_is_logged_and_tells_the_caller_nothing(failure):
    services = fakes.services(collections=FailingCollections(failure=failure))
    with capture_logs() as logs:
        async with client_of(services) as client:
            answer = await client.get("/v1/collections/docs")

    assert answer.status_code == 500
    assert "hunter2" not in answer.text
    [event] = [each for each in logs if each["event"] == "request.failed"]
    assert event["exc_info"] is failure


async def test_a_refusal_is_not_logged_as_a_failure():
    with capture_logs() as logs:
        async with client_of(fakes.services()) as client:
            assert (await client.get("/v1/collections/nope")).status_code == 404
    assert [each for each in logs if each["event"] == "request.failed"] == []


async def test_unknown_paths_are_problems(client: Client):
    answer = await client.get("/v1/nowhere")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert "/docs" in answer.json()["detail"]


async def test_wrong_methods_say_which_there_are(client: Client):
    answer = await client.patch("/v1/collections")
    assert answer.status_code == 405
    assert answer.json()["type"] == "urn:pgrerank:problem:method-not-allowed"
    assert "GET" in answer.headers["allow"]


@pytest.mark.parametrize(
    ("body", "field", "words"),
    [
        ({"query": "a", "candidates": 0}, "candidates", "an integer from 1 to 1000"),
        ({"query": "a", "limit": 1001}, "limit", "an integer from 1 to 1000"),
        ({"query": "a", "strategy": "magic"}, "strategy", "`tiered`, not `magic`"),
        ({"query": "a", "strategy": "Hybird"}, "strategy", "did you mean `hybrid`?"),
        ({"query": "a", "tpyo": 1}, "tpyo", "unknown field; there are `query`, `queries`"),
        ({"query": "a", "top_k": 1}, "top_k", "did you mean `limit`?"),
        ({"query": "a", "k": 1}, "k", "did you mean `limit`?"),
        ({"q": "a"}, "q", "did you mean `query`?"),
        ({"query": "a", "limits": 1}, "limits", "did you mean `limit`?"),
        ({"limit": 3}, "query", "is missing; it must be a text of 1 to 100000 characters"),
        ({"query": 7}, "query", "must be a text of 1 to 100000 characters, not an integer"),
        ({"query": " \n"}, "query", "must not be blank"),
        ({"query": "a", "limit": 1.5}, "limit", "not a number with a fraction"),
        ({"query": "a", "min_relevance": 2}, "min_relevance", "a number from 0 to 1 or null"),
        ({"query": "a", "sparse": {"": 1}}, "sparse", "has a token that is not 1 to 256"),
        ({"query": "a", "sparse": {"x": "y"}}, "sparse[...]", "must be a number, not a text"),
        ({"query": "a", "threshold": "Mine"}, "threshold", "1 to 64 characters of a-z"),
        ({"query": "a", "threshold": "mine\n"}, "threshold", "1 to 64 characters of a-z"),
        ({"query": "a", "filter": {"$nor": []}}, "filter.$nor", "not an operator"),
        ({"query": "a", "min_score": 1, "rerank": "never"}, "min_score", "needs reranking"),
        ({"query": "a\0b"}, "query", "NUL"),
    ],
    ids=lambda part: part if isinstance(part, str) else None,
)
async def test_a_bad_body_names_the_field(client: Client, body, field, words):
    answer = await client.post("/v1/collections/docs/search", json=body)
    assert answer.status_code == 400
    assert answer.json()["field"] == field
    assert words in answer.json()["detail"]


async def test_all_bad_fields_are_listed_at_once(client: Client):
    answer = await client.get("/v1/collections?limit=0&cursor=%00")
    assert [each["field"] for each in answer.json()["errors"]] == ["limit", "cursor"]
    assert {each["source"] for each in answer.json()["errors"]} == {"query"}


@pytest.mark.parametrize("text", [b'{"query', b"", b"[" * 100_000, b"\xff", b'"x"'])
async def test_bodies_that_are_no_json_object_are_refused(client: Client, text):
    answer = await client.post(
        "/v1/collections/docs/search", content=text, headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 400
    assert answer.json()["field"] == "body"


async def test_a_body_of_another_type_is_refused_with_the_remedy(client: Client):
    answer = await client.post("/v1/collections/docs/search", data={"query": "form"})
    assert answer.status_code == 415
    assert "application/json" in answer.json()["detail"]


async def test_a_body_over_the_limit_is_refused():
    async with client_of(fakes.services(), limits=Limits(body_bytes=100)) as client:
        answer = await client.post("/v1/collections/docs/search", json={"query": "a" * 100})
    assert answer.status_code == 413
    assert "100 bytes" in answer.json()["detail"]


async def test_a_query_over_the_limit_is_refused():
    async with client_of(fakes.services(), limits=Limits(query_characters=10)) as client:
        answer = await client.post("/v1/collections/docs/search", json={"query": "a" * 11})
    assert answer.status_code == 413
    assert answer.json()["detail"] == "query: 11 characters are over the limit of 10 characters."
