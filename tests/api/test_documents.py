"""Routes that change and delete documents."""

import pytest

from tests.api.conftest import client_of

DOCUMENTS = "/v1/collections/docs/documents"
DELETIONS = "/v1/collections/docs/deletions"
OLD = {"year": {"$lt": 2003}}


@pytest.fixture
async def filled(client):
    """The caller, with documents `y2000` to `y2004`."""
    rows = [
        {"id": f"y{year}", "text": f"of {year}", "metadata": {"year": year}}
        for year in range(2000, 2005)
    ]
    await client.put(DOCUMENTS, json=rows)
    return client


async def test_a_dry_run_says_what_a_deletion_deletes(filled):
    tried = await filled.post(DELETIONS, json={"filter": OLD, "dry_run": True})
    done = await filled.post(DELETIONS, json={"filter": OLD, "at_most": 3})
    left = await filled.get(DOCUMENTS)

    names = ["y2000", "y2001", "y2002"]
    assert (tried.status_code, tried.json()) == (
        200,
        {"matched": 3, "deleted": 0, "documents": names},
    )
    assert done.json() == {"matched": 3, "deleted": 3, "documents": names}
    assert [each["id"] for each in left.json()["items"]] == ["y2003", "y2004"]


async def test_nothing_goes_if_more_match_than_expected(filled):
    refused = await filled.post(DELETIONS, json={"filter": OLD, "at_most": 2})

    assert refused.status_code == 409
    assert "3 documents are selected" in refused.json()["detail"]
    assert len((await filled.get(DOCUMENTS)).json()["items"]) == 5


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, "give either `filter` or `ids`"),
        ({"filter": OLD, "ids": ["a"]}, "give either `filter` or `ids`"),
        ({"filter": {}}, "would match every document"),
        ({"ids": []}, "must have 1 to 1000 ids"),
        ({"ids": ["a", "b\0"]}, "NUL"),
        ({"filter": {"year": {"$like": 1}}}, "$like"),
    ],
)
async def test_what_selects_nothing_or_everything_is_refused(filled, body, message):
    refused = await filled.post(DELETIONS, json=body)

    assert refused.status_code == 400
    assert message in refused.text
    assert len((await filled.get(DOCUMENTS)).json()["items"]) == 5


@pytest.mark.parametrize("media_type", ["application/json", "application/merge-patch+json"])
async def test_metadata_changes_without_an_embedding(filled, services, media_type):
    embedded = [*services.embedder.embedded]
    changed = await filled.patch(
        f"{DOCUMENTS}/y2000",
        content=b'{"metadata": {"year": null, "lang": "en"}, "uri": "https://x.test"}',
        headers={"Content-Type": media_type},
    )
    found = await filled.get(f"{DOCUMENTS}/y2000")

    assert (changed.status_code, changed.json()) == (200, found.json())
    assert (found.json()["metadata"], found.json()["uri"]) == ({"lang": "en"}, "https://x.test")
    assert [chunk["content"] for chunk in found.json()["chunks"]] == ["of 2000"]
    assert services.embedder.embedded == embedded


@pytest.mark.parametrize(
    ("body", "status"),
    [({}, 400), ({"text": "new"}, 400), ({"metadata": [1]}, 400), ({"uri": 1}, 400)],
)
async def test_what_is_no_merge_patch_is_refused(filled, body, status):
    assert (await filled.patch(f"{DOCUMENTS}/y2000", json=body)).status_code == status


async def test_other_bodies_and_unknown_documents_are_refused(filled):
    text = {"Content-Type": "text/plain"}
    assert (await filled.patch(f"{DOCUMENTS}/y2000", content=b"x", headers=text)).status_code == 415
    assert (await filled.patch(f"{DOCUMENTS}/gone", json={"uri": None})).status_code == 404


async def test_a_reader_may_neither_change_nor_delete(services):
    async with client_of(services, scopes=frozenset({"search"})) as reader:
        assert (await reader.patch(f"{DOCUMENTS}/a", json={"uri": None})).status_code == 403
        assert (await reader.post(DELETIONS, json={"ids": ["a"]})).status_code == 403
