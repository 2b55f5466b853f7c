"""GET /v1/collections/{name}/documents/{id}/related."""

import pytest

from pgrerank.usecases.enrich import enrich
from tests.api.conftest import client_of

TEXTS = {"a": "walrus seal ice", "a/b": "walrus fish", "x/related": "walrus seal", "c": "sea"}


@pytest.fixture
async def place(stored_services, new_tenant):
    tenant_id = new_tenant()
    async with client_of(stored_services, tenant_id=tenant_id) as client:
        await client.put("/v1/collections/docs", json={"store_tokens": True})
        rows = [{"id": name, "text": text} for name, text in TEXTS.items()]
        await client.put("/v1/collections/docs/documents", json=rows)
        yield client, tenant_id


def url(document, query=""):
    return f"/v1/collections/docs/documents/{document}{query}"


async def test_list_is_served_with_how_fresh_it_is(place, stored_services):
    client, tenant_id = place
    none = (await client.get(url("a/related"))).json()
    await enrich(stored_services, tenant_id, "docs")

    fresh = (await client.get(url("a/related"))).json()
    await client.put(url("")[:-1], json=[{"id": "a", "text": "walrus"}])
    stale = (await client.get(url("a/related"))).json()

    assert (none["state"], none["items"], none["listed"]) == ("none", [], 0)
    assert none["hint"].endswith("To make them: pgrerank enrich -t TENANT -c docs")
    assert [each["id"] for each in fresh["items"]] == ["x/related", "a/b", "c"]
    assert [each["rank"] for each in fresh["items"]] == [1, 2, 3]
    assert (fresh["state"], fresh["hint"], fresh["depth"]) == ("fresh", None, 100)
    assert (stale["state"], stale["items"]) == ("stale", fresh["items"])
    assert "`pgrerank worker` renews it" in stale["hint"]


async def test_pages_follow_one_another(place, stored_services):
    client, tenant_id = place
    await enrich(stored_services, tenant_id, "docs")

    first = (await client.get(url("a/related?limit=2"))).json()
    rest = (await client.get(url(f"a/related?limit=2&cursor={first['cursor']}"))).json()

    assert [each["id"] for each in (*first["items"], *rest["items"])] == ["x/related", "a/b", "c"]
    assert rest["cursor"] is None
    assert (await client.get(url("a/related?limit=1001"))).status_code == 400
    assert (await client.get(url("a/related?cursor=Zm9v"))).status_code == 400


@pytest.mark.parametrize(
    ("path", "document"), [("a%2Fb/related", "a/b"), ("a/b/related", "a/b"), ("a/related", "a")]
)
async def test_last_segment_asks_for_related_documents(place, path, document):
    client, _ = place

    assert (await client.get(url(path))).json()["document"] == document


@pytest.mark.parametrize(
    ("path", "document"), [("x%2Frelated", "x/related"), ("a/b", "a/b"), ("a%2Fb", "a/b")]
)
async def test_encoded_slash_belongs_to_the_id(place, path, document):
    client, _ = place

    assert (await client.get(url(path))).json()["id"] == document


async def test_unknown_document_is_not_found(place):
    client, _ = place

    missing = await client.get(url("nothing/related"))

    assert missing.status_code == 404
    assert "document `nothing`" in missing.json()["detail"]
