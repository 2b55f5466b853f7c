"""SIE's score, encode and models, in MessagePack and in JSON, and the limits of MessagePack."""

from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pgrerank.api import msgpack
from pgrerank.api.bounds import LEVELS, BodyBounds
from pgrerank.domain.errors import InvalidRequestError, OverloadedError, TooLargeError
from pgrerank.domain.limits import Limits
from tests import fakes
from tests.api.conftest import Client, client_of

PACKED = {"Content-Type": "application/msgpack", "Accept": "application/msgpack"}
JSON = {"Accept": "application/json"}
QUERY = {"id": "q7", "text": "what is rome"}
ITEMS = [{"text": "x y z"}, {"id": "b", "text": "what is rome like"}, {"text": "rome is big"}]
WIDE = BodyBounds(bytes=10**6, values=1_000)


@pytest.fixture(scope="module")
async def client() -> AsyncIterator[Client]:
    async with client_of(fakes.services(), limits=Limits(requests_per_minute=0)) as caller:
        yield caller


async def packed(client: Client, path: str, body: object) -> Any:
    answer = await client.post(path, content=msgspec.msgpack.encode(body), headers=PACKED)
    assert answer.headers["content-type"] == "application/msgpack"
    return msgspec.msgpack.decode(answer.content)


@pytest.mark.parametrize("prefix", ["", "/compat/sie"])
async def test_items_are_scored_best_first_with_their_ids_and_ranks_from_0(client, prefix):
    answer = await packed(client, f"{prefix}/v1/score/org/model", {"query": QUERY, "items": ITEMS})
    assert answer["model"] == "fake-reranker"
    assert answer["query_id"] == "q7"
    assert answer["scores"] == [
        {"item_id": "b", "score": 3.0, "rank": 0},
        {"item_id": "item-2", "score": 2.0, "rank": 1},
        {"item_id": "item-0", "score": 0.0, "rank": 2},
    ]


async def test_a_large_body_of_messagepack_is_read(client: Client):
    items = [{"id": str(place), "text": f"{'word ' * 20}{place}"} for place in range(999)]
    body = {"query": QUERY, "items": [*items, {"id": "best", "text": "what is rome"}]}
    answer = await packed(client, "/v1/score/m", body)
    assert len(answer["scores"]) == 1_000
    assert answer["scores"][0]["item_id"] == "best"


async def test_json_is_answered_where_accept_asks_for_it(client: Client):
    body = {"query": QUERY, "items": ITEMS}
    answer = await client.post("/v1/score/m", json=body, headers=JSON)
    assert [each["item_id"] for each in answer.json()["scores"]] == ["b", "item-2", "item-0"]
    assert answer.headers["x-sie-model-revision"] == fakes.FakeScorer.model.fingerprint
    plain = await client.post("/v1/score/m", json=body)
    assert msgspec.msgpack.decode(plain.content) == answer.json()


@pytest.mark.parametrize(("dtype", "code"), [("float32", "<f4"), ("float16", "<f2")])
async def test_vectors_are_maps_with_binary_keys(client: Client, dtype, code):
    items = [{"id": "a", "text": "rome"}, {"text": "big"}]
    body = {"items": items, "params": {"output_types": ["dense"], "output_dtype": dtype}}
    found = (await packed(client, "/v1/encode/org/model", body))["items"]
    assert [each["id"] for each in found] == ["a", "item-1"]
    values = found[0]["dense"]["values"]
    assert set(values) == {b"nd", b"type", b"kind", b"shape", b"data"}
    assert (values[b"nd"], values[b"type"], values[b"kind"]) == (True, code, b"")
    vector = np.frombuffer(values[b"data"], code)
    assert values[b"shape"] == [len(vector)] == [found[0]["dense"]["dims"]]
    plain = await client.post("/v1/encode/org/model", json=body, headers=JSON)
    assert plain.json()["items"][0]["dense"]["values"] == pytest.approx(vector.tolist())


async def test_queries_are_embedded_as_queries():
    services = fakes.services()
    async with client_of(services) as client:
        body = {"items": [{"text": "rome"}], "params": {"options": {"is_query": True}}}
        found = (await packed(client, "/v1/encode/m", body))["items"]
    expected = await services.embedder.query("rome")
    vector = np.frombuffer(found[0]["dense"]["values"][b"data"], "<f4")
    assert vector == pytest.approx(expected)


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"output_types": ["dense", "multivector"]}, "`fake-embedder` has no multivector"),
        ({"output_types": ["sparse"]}, "`fake-embedder` has no sparse"),
        ({"instruction": "find"}, "params.instruction"),
        ({"output_dtype": "int8"}, "params.output_dtype"),
    ],
)
async def test_what_the_embedder_does_not_have_is_refused(client: Client, params, words):
    body = {"items": [{"text": "a"}], "params": params}
    answer = await client.post("/v1/encode/m", json=body)
    assert answer.status_code == 400
    assert answer.json()["detail"]["code"] == "INVALID_INPUT"
    assert words in answer.json()["detail"]["message"]


async def test_models_are_listed_under_the_prefix_and_for_its_client_at_the_root(client: Client):
    under = (await client.get("/compat/sie/v1/models")).json()
    root = await client.get("/v1/models", headers={"X-SIE-SDK-Version": "0.10.1"})
    assert root.json() == under
    assert [(each["name"], each["outputs"]) for each in under["models"]] == [
        ("fake-reranker", ["score"]),
        ("fake-embedder", ["dense"]),
    ]
    assert "data" in (await client.get("/v1/models")).json()


async def test_a_full_service_is_a_full_queue_and_never_a_loading_model():
    services = fakes.services(scorer=fakes.FakeScorer(failure=OverloadedError(7)))
    async with client_of(services) as client:
        body = {"query": QUERY, "items": ITEMS}
        answer = await client.post("/v1/score/m", json=body)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "7")
    assert answer.json()["detail"]["code"] == "QUEUE_FULL"


@pytest.mark.parametrize(
    ("items", "status", "code"),
    [
        ([], 400, "INVALID_INPUT"),
        ([{"id": "a", "images": [{}]}], 400, "INVALID_INPUT"),
        ([{"text": "a"}] * 1_001, 400, "INVALID_INPUT"),
    ],
    ids=["none", "an image", "too many"],
)
async def test_items_that_cannot_be_scored_are_refused(client: Client, items, status, code):
    body = msgspec.msgpack.encode({"query": QUERY, "items": items})
    answer = await client.post("/v1/score/m", content=body, headers=PACKED)
    assert answer.status_code == status
    assert answer.json()["detail"]["code"] == code
    assert "items" in answer.json()["detail"]["message"]


async def test_an_instruction_is_refused_where_it_would_be_ignored(client: Client):
    told = {"instruction": "prefer prices"}
    score = {"query": QUERY, "items": [{"text": "a"}], **told}
    answers = [
        await client.post("/compat/sie/v1/score/m", json=score),
        await client.post("/compat/vllm/rerank", json={"query": "q", "documents": ["a"], **told}),
    ]

    assert [answer.status_code for answer in answers] == [400, 400]
    assert all("instruction: must be absent" in answer.text for answer in answers)


HOSTILE = {
    "deep": (b"\x91" * 100_000, 400, "levels deep"),
    "announced": (b"\xdd\xff\xff\xff\xff", 413, "values"),
    "many": (msgspec.msgpack.encode([[0] * 100] * 1_000), 413, "values"),
    "cut off": (b"\x92\x01", 400, "one complete value"),
    "cut text": (b"\xdb\x7f\xff\xff\xffa", 400, "one complete value"),
    "two values": (b"\x01\x02", 400, "one complete value"),
    "odd key": (b"\x81\x01\x02", 400, "key"),
    "extension": (b"\xd4\x01\x02", 400, "extension"),
    "no text": (b"\xa1\xff", 400, "not valid MessagePack"),
    "empty": (b"", 400, "body"),
}


@pytest.mark.parametrize(("body", "status", "words"), HOSTILE.values(), ids=HOSTILE)
async def test_hostile_messagepack_is_refused(client: Client, body, status, words):
    answer = await client.post("/v1/score/m", content=body, headers=PACKED)
    assert (answer.status_code, words in answer.text) == (status, True), answer.text


async def test_a_body_of_too_many_bytes_is_refused_before_it_is_read():
    async with client_of(fakes.services(), limits=Limits(body_bytes=100)) as client:
        body = msgspec.msgpack.encode({"query": QUERY, "items": [{"text": "a" * 100}]})
        answer = await client.post("/v1/score/m", content=body, headers=PACKED)
    assert (answer.status_code, "100 bytes" in answer.text) == (413, True)


async def test_other_routes_take_no_messagepack(client: Client):
    body = msgspec.msgpack.encode({"query": "a", "documents": ["a"]})
    for path in ("/v1/rerank", "/compat/sie/v1/rerank", "/v1/rankings"):
        answer = await client.post(path, content=body, headers=PACKED)
        assert answer.status_code == 415, path


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats()
    | st.text()
    | st.binary(),
    lambda inner: st.lists(inner, max_size=20) | st.dictionaries(st.text(), inner, max_size=20),
    max_leaves=40,
)


def levels(value: object) -> int:
    inner = value.values() if isinstance(value, dict) else value
    if not isinstance(value, dict | list):
        return 0
    return 1 + max(map(levels, inner), default=0)


@given(VALUES)
def test_every_value_within_the_limits_is_decoded(value):
    body = msgspec.msgpack.encode(value)
    if levels(value) > LEVELS:
        with pytest.raises(InvalidRequestError):
            msgpack.decode(body, WIDE)
    else:
        assert repr(msgpack.decode(body, WIDE)) == repr(value)


@given(st.binary(max_size=200))
def test_any_bytes_are_decoded_or_refused(body):
    with suppress(InvalidRequestError, TooLargeError):
        msgpack.decode(body, WIDE)
