"""Embeddings, models and health in the form of other servers."""

import base64

import numpy as np
import pytest

from tests import fakes
from tests.api.conftest import Client, client_of

QUERY = "what is rome"
DOCUMENTS = ["a b c", "rome is big"]


async def test_embeddings_are_the_embedders_in_both_encodings(client: Client):
    body = {"input": ["rome is big", "a"], "model": "text-embedding-3-small"}
    floats = (await client.post("/v1/embeddings", json=body)).json()
    packed = (await client.post("/v1/embeddings", json=body | {"encoding_format": "base64"})).json()
    expected = fakes.bag_of_words("rome is big")
    row = np.frombuffer(base64.b64decode(packed["data"][0]["embedding"]), dtype="<f4")
    np.testing.assert_allclose(floats["data"][0]["embedding"], expected)
    np.testing.assert_array_equal(row, expected)
    assert floats["usage"]["prompt_tokens"] == 4
    assert floats["model"] == "fake-embedder"


async def test_tei_embeds_one_text_or_many(client: Client):
    one = (await client.post("/embed", json={"inputs": "rome"})).json()
    many = (await client.post("/embed", json={"inputs": ["rome", "a"]})).json()
    np.testing.assert_allclose(one[0], fakes.bag_of_words("rome"))
    assert (len(many), many[0]) == (2, one[0])


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"input": [[1, 2]]}, "token ids"),
        ({"input": []}, "must not be empty"),
        ({"input": "a", "dimensions": 3}, "must be 64"),
        ({"input": ["a"] * 2049}, "2049 texts"),
    ],
)
async def test_what_cannot_be_embedded_is_refused_in_openais_words(client: Client, body, words):
    answer = await client.post("/v1/embeddings", json=body)
    assert answer.status_code in (400, 413)
    assert words in answer.json()["error"]["message"]
    assert answer.json()["error"]["type"] == "invalid_request_error"


async def test_models_are_listed_and_rerankers_are_told_by_their_ids():
    services = fakes.services(rerankers={"big": fakes.FakeScorer(), "rerank-2": fakes.FakeScorer()})
    async with client_of(services) as client:
        listed = (await client.get("/v1/models")).json()["data"]
        ours = (await client.get("/models")).json()["data"]
    ids = [model["id"] for model in listed]
    assert ids == ["fake-reranker", "rerank-big", "rerank-2", "fake-embedder"]
    assert [model["id"] for model in ours] == ids
    assert [model["capabilities"] for model in ours] == [["rerank"]] * 3 + [["embed"]]


@pytest.mark.parametrize(
    ("model", "asked"), [("big", 1), ("rerank-big", 1), ("rerank-v3.5", 0), (None, 0)]
)
async def test_a_model_of_the_operators_is_used_by_its_name(model, asked):
    named = fakes.FakeScorer()
    async with client_of(fakes.services(rerankers={"big": named})) as client:
        body = {"query": QUERY, "documents": DOCUMENTS, "model": model}
        answer = await client.post("/compat/jina/v1/rerank", json=body)
    assert answer.status_code == 200
    assert len(named.asked) == asked


async def test_info_tells_models_apart(client: Client):
    info = (await client.get("/info")).json()
    assert info["model_sha"] == fakes.FakeScorer.model.fingerprint
    assert list(info["model_type"]) == ["reranker"]


@pytest.mark.parametrize("state", ["ok", "cannot be reached"])
async def test_health_needs_no_key(services, state):
    async def ready() -> dict[str, str]:
        return {"postgres": state}

    async with client_of(services, ready=ready) as client:
        del client.headers["Authorization"]
        for path in ("/health", "/compat/tei/health", "/compat/infinity/health"):
            answer = await client.get(path)
            assert answer.status_code == (200 if state == "ok" else 503)
