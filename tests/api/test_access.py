"""Authentication, scopes and rate limits."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from structlog.contextvars import get_contextvars
from structlog.testing import capture_logs

from pgrerank.domain.ids import TenantId
from pgrerank.domain.limits import Limits
from pgrerank.domain.tenant import Scope
from pgrerank.usecases import access
from tests import fakes
from tests.api.conftest import (
    OPERATOR_TOKEN,
    anonymous,
    app_of,
    bearer,
    calling,
    client_of,
    description,
    new_key,
)


@pytest.mark.parametrize(
    "header",
    [
        {},
        bearer("pgr_unknown"),
        bearer("nonsense"),
        {"Authorization": b"Bearer pgr_\xc3\xbc"},
        {"Authorization": "Basic cGdyOg=="},
        {"Authorization": "Bearer"},
    ],
    ids=["none", "unknown", "nonsense", "not ascii", "basic", "empty"],
)
async def test_without_a_valid_key_nothing_is_answered(services, header):
    async with anonymous(services) as client:
        answer = await client.get("/v1/collections", headers=header)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")


async def test_the_scheme_is_read_in_any_case(services):
    secret = await new_key(services)
    async with anonymous(services) as client:
        answer = await client.get("/v1/collections", headers={"Authorization": f"bearer {secret}"})
    assert answer.status_code == 200


async def test_an_expired_key_is_refused(services):
    now = services.clock.now()
    _, secret = await access.issue(
        services, TenantId(uuid4()), "short", frozenset(Scope), now + timedelta(seconds=10)
    )
    async with anonymous(services) as client:
        assert (await client.get("/v1/collections", headers=bearer(secret))).status_code == 200
        services.clock.advance(10)
        assert (await client.get("/v1/collections", headers=bearer(secret))).status_code == 401


async def test_a_revoked_key_is_refused_at_once(services):
    async with client_of(services) as admin:
        issued = (await admin.post("/v1/keys", json={"name": "k", "scopes": ["search"]})).json()
        key = bearer(issued["secret"])
        assert (await admin.get("/v1/collections", headers=key)).status_code == 200
        assert (await admin.delete(f"/v1/keys/{issued['key']['id']}")).status_code == 204
        assert (await admin.get("/v1/collections", headers=key)).status_code == 401


#: id of nothing; the same in every process that collects the tests
UNKNOWN_ID = UUID(int=7)
CALLS = [
    ("GET", "/v1/collections", Scope.SEARCH),
    ("GET", "/v1/collections/docs", Scope.SEARCH),
    ("PUT", "/v1/collections/docs", Scope.INGEST),
    ("PATCH", "/v1/collections/docs", Scope.INGEST),
    ("DELETE", "/v1/collections/docs", Scope.INGEST),
    ("GET", "/v1/collections/docs/documents", Scope.SEARCH),
    ("PUT", "/v1/collections/docs/documents", Scope.INGEST),
    ("GET", "/v1/collections/docs/documents/a", Scope.SEARCH),
    ("DELETE", "/v1/collections/docs/documents/a", Scope.INGEST),
    ("PATCH", "/v1/collections/docs/documents/a", Scope.INGEST),
    ("GET", "/v1/collections/docs/documents/a/related", Scope.SEARCH),
    ("POST", "/v1/collections/docs/deletions", Scope.INGEST),
    ("POST", "/v1/collections/docs/search", Scope.SEARCH),
    ("POST", "/v1/rankings", Scope.SEARCH),
    ("GET", "/v1/collections/docs/terms", Scope.SEARCH),
    ("PUT", "/v1/collections/docs/terms", Scope.INGEST),
    ("GET", "/v1/rankings", Scope.SEARCH),
    ("GET", f"/v1/rankings/{UNKNOWN_ID}", Scope.SEARCH),
    ("GET", f"/v1/rankings/{UNKNOWN_ID}/why?document=a", Scope.SEARCH),
    ("GET", f"/v1/rankings/{UNKNOWN_ID}/results", Scope.SEARCH),
    ("POST", f"/v1/rankings/{UNKNOWN_ID}/feedback", Scope.SEARCH),
    ("GET", "/v1/judgments?collection=docs", Scope.SEARCH),
    ("POST", "/v1/judgments", Scope.INGEST),
    ("DELETE", f"/v1/judgments/{UNKNOWN_ID}", Scope.INGEST),
    ("GET", "/v1/calibrations", Scope.SEARCH),
    ("POST", "/v1/calibrations", Scope.INGEST),
    ("GET", f"/v1/calibrations/{UNKNOWN_ID}", Scope.SEARCH),
    ("DELETE", f"/v1/calibrations/{UNKNOWN_ID}", Scope.INGEST),
    ("GET", "/v1/thresholds", Scope.SEARCH),
    ("PUT", "/v1/collections/docs/thresholds/a", Scope.INGEST),
    ("DELETE", "/v1/collections/docs/thresholds/a", Scope.INGEST),
    ("GET", "/v1/keys", Scope.ADMIN),
    ("POST", "/v1/keys", Scope.ADMIN),
    ("DELETE", f"/v1/keys/{UNKNOWN_ID}", Scope.ADMIN),
    ("POST", "/v1/evaluations", Scope.SEARCH),
    ("GET", "/v1/evaluations", Scope.SEARCH),
    ("GET", f"/v1/evaluations/{UNKNOWN_ID}", Scope.SEARCH),
]


@pytest.mark.parametrize(("method", "path", "needed"), CALLS)
async def test_each_call_needs_its_scope(services, method, path, needed):
    async with client_of(services, scopes=frozenset(Scope) - {needed}) as client:
        answer = await client.request(method, path)
    assert answer.status_code == 403
    assert f"`{needed}`" in answer.json()["detail"]


def test_every_route_of_a_tenant_is_in_the_list_above():
    paths = description()["paths"]
    described = {
        (method.upper(), path)
        for path, item in paths.items()
        for method, call in item.items()
        if path.startswith("/v1") and not {"tenants", "compatible"} & set(call["tags"])
    }
    assert len(described) == len(CALLS)


async def test_keys_do_not_reach_the_log(services):
    secret = await new_key(services)
    with capture_logs() as logs:
        async with anonymous(services) as client:
            await client.get("/v1/collections", headers=bearer(secret))
            await client.get("/v1/collections", headers=bearer(secret + "x"))
    assert secret not in repr(logs)
    assert secret not in repr(get_contextvars())


async def test_a_secret_is_shown_once(services):
    async with client_of(services) as admin:
        issued = (await admin.post("/v1/keys", json={"name": "k", "scopes": ["search"]})).json()
        listed = (await admin.get("/v1/keys")).text
    assert issued["secret"].startswith(issued["key"]["prefix"])
    assert issued["secret"] not in listed
    assert issued["key"]["id"] in listed


async def test_requests_over_the_rate_are_refused_with_the_time_to_wait(services):
    async with client_of(services, limits=Limits(requests_per_minute=2)) as client:
        first = await client.get("/v1/collections")
        await client.get("/v1/collections")
        third = await client.get("/v1/collections")
    assert first.headers["ratelimit-limit"] == "2"
    assert first.headers["ratelimit-remaining"] == "1"
    assert third.status_code == 429
    assert third.json()["type"] == "urn:pgrerank:problem:too-many-requests"
    assert 1 <= int(third.headers["retry-after"]) <= 60


async def test_the_rate_is_counted_for_each_key(services):
    other = await new_key(services)
    async with client_of(services, limits=Limits(requests_per_minute=1)) as client:
        assert (await client.get("/v1/collections")).status_code == 200
        assert (await client.get("/v1/collections")).status_code == 429
        assert (await client.get("/v1/collections", headers=bearer(other))).status_code == 200


async def test_no_rate_means_no_limit(services):
    async with client_of(services, limits=Limits(requests_per_minute=0)) as client:
        answer = await client.get("/v1/collections")
    assert answer.status_code == 200
    assert "ratelimit-limit" not in answer.headers


async def test_tenants_are_closed_without_a_token(services):
    async with calling(app_of(services, operator_token=None)) as client:
        answer = await client.get("/v1/tenants", headers=bearer("anything"))
    assert answer.status_code == 403
    assert "set PGRERANK_OPERATOR_TOKEN" in answer.json()["detail"]


@pytest.mark.parametrize("header", [{}, bearer("wrong"), {"Authorization": b"Bearer \xc3\xbc"}])
async def test_tenants_need_the_operator_token(services, header):
    async with anonymous(services) as client:
        answer = await client.get("/v1/tenants", headers=header)
    assert answer.status_code == 401


async def test_an_api_key_opens_no_tenant_routes(services):
    async with client_of(services) as client:
        assert (await client.get("/v1/tenants")).status_code == 401


async def test_the_operator_makes_a_tenant_and_its_first_key():
    services = fakes.services()
    async with anonymous(services) as client:
        operator = bearer(OPERATOR_TOKEN)
        made = await client.post("/v1/tenants", json={"name": "acme"}, headers=operator)
        again = await client.post("/v1/tenants", json={"name": "acme"}, headers=operator)
        issued = await client.post(
            "/v1/tenants/acme/keys",
            json={"name": "first", "scopes": ["search", "admin"]},
            headers=operator,
        )
        listed = await client.get("/v1/tenants", headers=operator)
        used = await client.get("/v1/collections", headers=bearer(issued.json()["secret"]))
        deleted = await client.delete("/v1/tenants/acme", headers=operator)

    assert made.status_code == 201
    assert again.status_code == 409
    assert issued.json()["key"]["scopes"] == ["admin", "search"]
    assert [tenant["name"] for tenant in listed.json()["items"]] == ["acme"]
    assert used.status_code == 200
    assert deleted.status_code == 204


KEY = {"name": "k", "scopes": ["search"]}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": "k", "scopes": []}, "scopes"),
        ({"name": "k", "scopes": ["root"]}, "scopes[0]"),
        ({"name": "", "scopes": ["search"]}, "name"),
        ({"name": " \u00a0", "scopes": ["search"]}, "name"),
        ({"name": "a\0b", "scopes": ["search"]}, "name"),
        ({"name": "k" * 201, "scopes": ["search"]}, "name"),
        ({"name": "k", "scopes": ["search"] * 4}, "scopes"),
        ({**KEY, "expires_at": "9999-12-31T23:59:59-14:00"}, "expires_at"),
        ({**KEY, "expires_at": "3000-01-01T00:00:00Z"}, "expires_at"),
        ({**KEY, "expires_at": "2999-12-31T23:59:59-14:00"}, "expires_at"),
        ({**KEY, "expires_at": "0001-01-01T00:00:00+14:00"}, "expires_at"),
        ({**KEY, "expires_at": "2030-01-01"}, "expires_at"),
        ({"name": "k", "scopes": ["search"], "expires_at": "2030-01-01T00:00:00"}, "expires_at"),
        ({"name": "k", "scopes": ["search"], "expires_at": "2020-01-01T00:00:00Z"}, "expires_at"),
    ],
)
async def test_a_key_that_cannot_be_is_refused(services, body, field):
    async with client_of(services) as admin:
        answer = await admin.post("/v1/keys", json=body)
    assert answer.status_code == 400
    assert answer.json()["field"] == field


async def test_a_name_in_use_is_refused_with_what_to_do(services):
    async with client_of(services) as admin:
        assert (await admin.post("/v1/keys", json=KEY)).status_code == 201
        again = await admin.post("/v1/keys", json={**KEY, "name": " k "})

    assert again.status_code == 409
