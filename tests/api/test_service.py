"""Request ids, health, metrics and the OpenAPI document."""

from dataclasses import replace
from uuid import UUID

import pytest
from structlog.contextvars import get_contextvars

from pgrerank.api.app import create_app
from pgrerank.domain.collection import Collection, SecondState
from pgrerank.domain.ids import TenantId
from pgrerank.domain.limits import Limits
from tests import fakes
from tests.api.conftest import (
    Client,
    FakeObserver,
    all_ok,
    anonymous,
    app_of,
    calling,
    client_of,
    description,
)


async def test_a_request_id_of_the_caller_is_kept(client: Client):
    answer = await client.get("/v1/collections", headers={"X-Request-ID": "order-17/b"})
    assert answer.headers["x-request-id"] == "order-17/b"


@pytest.mark.parametrize("given", ["", "a b", "x" * 129, "t\tb", b"\xc3\xbc"])
async def test_any_other_request_id_is_replaced(client: Client, given):
    answer = await client.get("/v1/collections", headers={"X-Request-ID": given})
    assert UUID(answer.headers["x-request-id"]).version == 7


async def test_refusals_of_the_router_carry_a_request_id_too(client: Client):
    answer = await client.get("/nowhere", headers={"X-Request-ID": "mine"})
    assert answer.headers["x-request-id"] == "mine"
    assert answer.json()["request_id"] == "mine"


async def test_log_lines_of_a_request_know_its_id_and_tenant():
    seen: dict[str, object] = {}

    class Collections(fakes.FakeCollections):
        async def by_name(self, tenant_id: TenantId, *_: object) -> Collection:
            seen.update(get_contextvars(), tenant=str(tenant_id))
            return fakes.collection()

    async with client_of(fakes.services(collections=Collections())) as client:
        await client.get("/v1/collections/docs", headers={"X-Request-ID": "mine"})
    assert seen["request_id"] == "mine"
    assert seen["tenant_id"] == seen["tenant"]
    assert UUID(str(seen["key_id"]))


async def test_a_collection_shows_its_second_set_of_vectors():
    class Collections(fakes.FakeCollections):
        async def by_name(self, *_: object) -> Collection:
            shown = fakes.collection()
            return replace(shown, second_embedder="b" * 64, second_state=SecondState.FILLING)

    async with client_of(fakes.services(collections=Collections())) as client:
        shown = (await client.get("/v1/collections/docs")).json()
    assert (shown["second_embedder"], shown["second_state"]) == ("b" * 64, "filling")


async def test_every_answer_is_reported_by_its_route():
    observer = FakeObserver()
    async with client_of(fakes.services(), observer=observer) as client:
        await client.put("/v1/collections/docs")
        await client.get("/v1/collections/secret-name")
        await client.get("/nowhere")
    assert observer.answers == [
        ("PUT", "/v1/collections/{name}", 200),
        ("GET", "/v1/collections/{name}", 404),
        ("GET", "unmatched", 404),
    ]


async def test_searches_and_ingests_are_reported():
    observer = FakeObserver()
    services = fakes.services(candidates=fakes.FakeCandidates(found=(fakes.candidate(1, "a b"),)))
    async with client_of(services, observer=observer) as client:
        await client.put("/v1/collections/docs")
        await client.put("/v1/collections/docs/documents", json=[{"id": "a", "text": "b"}, {}])
        found = await client.post("/v1/collections/docs/search", json={"query": "a b"})

    [(name, report)] = observer.ingests
    assert (name, report.created, len(report.rejected)) == ("docs", 1, 1)
    [(name, request, ranking)] = observer.searches
    assert (name, request.query, str(ranking.id)) == ("docs", "a b", found.json()["id"])


async def test_a_search_says_where_its_time_went():
    services = fakes.services(candidates=fakes.FakeCandidates(found=(fakes.candidate(1, "a"),)))
    async with client_of(services) as client:
        await client.put("/v1/collections/docs")
        answer = await client.post("/v1/collections/docs/search", json={"query": "a"})
    stages = [part.partition(";dur=")[0] for part in answer.headers["server-timing"].split(", ")]
    assert stages == list(answer.json()["timings_ms"])
    assert stages == [
        "authenticate",
        "lookup",
        "embed",
        "retrieve",
        "rerank",
        "order",
        "log",
        "total",
    ]


async def test_alive_needs_nothing(services):
    async def down() -> dict[str, str]:
        return {"postgres": "connection refused"}

    async with calling(app_of(services, ready=down)) as client:
        alive = await client.get("/health/live")
        ready = await client.get("/health/ready")
    assert alive.status_code == 200
    assert ready.status_code == 503
    assert ready.json() == {
        "status": "unavailable", "parts": {"postgres": "connection refused"}
    }  # fmt: skip


async def test_ready_when_all_parts_are(services):
    async with anonymous(services) as client:
        answer = await client.get("/health/ready")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ok", "parts": {"postgres": "ok"}}


async def test_metrics_are_plain_text(services):
    async with anonymous(services) as client:
        answer = await client.get("/metrics")
    assert answer.headers["content-type"] == "text/plain; version=1.0.0; charset=utf-8"
    assert answer.text == "pgrerank_test 1\n"


async def test_the_api_describes_itself(services):
    async with anonymous(services) as client:
        schema = (await client.get("/openapi.json")).json()
        page = await client.get("/docs")
    assert schema["info"]["title"] == "pgrerank"
    assert set(schema["components"]["securitySchemes"]) == {"api-key", "operator-token"}
    assert page.headers["content-type"].startswith("text/html")


async def test_components_have_names_of_their_own():
    # The framework prefixes the module if two classes share a name.
    components = description()["components"]["schemas"]

    assert [name for name in components if "_" in name] == []


async def test_every_call_is_described_with_its_refusals():
    paths = description()["paths"]
    calls = [
        call
        for path, item in paths.items()
        for call in item.values()
        if path.startswith("/v1") and "compatible" not in call["tags"]
    ]
    assert calls
    for call in calls:
        assert call["summary"]
        assert call["description"]
        assert call["security"]
        assert {"401", "403", "500", "503"} <= set(call["responses"])
        for status, response in call["responses"].items():
            assert status < "400" or list(response["content"]) == ["application/problem+json"]


def test_two_applications_do_not_share_anything(services):
    first, second = app_of(services), app_of(fakes.services(), operator_token=None)
    assert first.openapi_schema is not second.openapi_schema
    assert len(first.routes) == len(second.routes)


async def test_what_is_to_be_closed_is_closed_at_the_end(services):
    closed: list[str] = []

    async def close() -> None:
        closed.append("engine")

    app = create_app(
        services, limits=Limits(), ready=all_ok, observer=FakeObserver(), on_shutdown=[close]
    )
    async with app.lifespan():
        assert closed == []
    assert closed == ["engine"]
