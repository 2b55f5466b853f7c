"""What assistants are told of an answer of the service."""

from contextlib import asynccontextmanager

import httpx
import pytest
from mcp import Client as Assistant

from pgrerank.client import AsyncClient, Patience
from pgrerank.integrations.mcp import server
from tests.client.test_wire import CHUNK, FOUND, URL, Answering, problem

RESULT = {
    "document": {"id": "d", "title": "Keys", "uri": None, "metadata": {"year": 2024}},
    "chunk": {"id": CHUNK, "ordinal": 0, "content": None},
    "scores": {"fused": 0.1, "relevance": 0.75},
    "ranks": {"fused": 1, "final": 1},
}


@asynccontextmanager
async def assisted(answering, collection="docs"):
    async with (
        httpx.AsyncClient(transport=httpx.MockTransport(answering)) as http,
        AsyncClient(URL, "pgr_key", http=http, patience=Patience(retries=0)) as service,
        Assistant(server(service, collection)) as opened,
    ):
        yield opened


async def searched(found, **arguments):
    """The structured answer of the tool, and the body of the request that it made."""
    answering = Answering(httpx.Response(200, json=FOUND | found))
    async with assisted(answering) as assistant:
        result = await assistant.call_tool("search", {"query": "q", **arguments})
    assert not result.is_error, result.content
    return result.structured_content, answering.asked


@pytest.mark.parametrize(
    ("reason", "stage"),
    [("it was late", "partial: it was late"), (None, "partial")],
)
async def test_a_stage_that_was_not_whole_says_why(reason, stage):
    report = {"status": "partial", "reason": reason, "scored": 1}

    found, _ = await searched({"rerank": report})

    assert (found["rerank"], found["passages"], found["answerable"]) == (stage, [], None)


async def test_a_passage_has_its_probability_and_no_raw_scores():
    found, _ = await searched(
        {"results": [RESULT], "answerable": {"value": False, "probability": 0.3}}
    )

    assert found["answerable"] is False
    assert found["passages"] == [
        {
            "document": "d",
            "title": "Keys",
            "uri": None,
            "text": "",
            "metadata": {"year": 2024},
            "relevance": 0.75,
        }
    ]


async def test_a_search_asks_for_what_the_assistant_named():
    _, (plain,) = await searched({})
    _, (named,) = await searched({}, collection="other", limit=3, min_relevance=0.5)
    _, (apart,) = await searched({}, per_document=1, neighbours=2)
    _, (reworded,) = await searched({}, queries=["r", "s"])

    assert plain.url.path.endswith("/v1/collections/docs/search")
    assert plain.content == b'{"query":"q","limit":5,"rerank":"always"}'
    assert apart.content == (
        b'{"query":"q","limit":5,"rerank":"always","per_document":1,"neighbours":2}'
    )
    assert b'"queries":["r","s"]' in reworded.content
    assert named.url.path.endswith("/v1/collections/other/search")
    assert named.content == b'{"query":"q","limit":3,"rerank":"always","min_relevance":0.5}'


@pytest.mark.parametrize("arguments", [{"limit": 101}, {"min_relevance": 1.5}, {"query": None}])
async def test_what_is_out_of_range_is_told_and_not_sent(arguments):
    answering = Answering(httpx.Response(200, json=FOUND))
    async with assisted(answering) as assistant:
        result = await assistant.call_tool("search", {"query": "q", **arguments})

    assert result.is_error
    assert next(iter(arguments)) in result.content[0].text
    assert answering.asked == []


@pytest.mark.parametrize("tool", ["search", "rerank", "explain", "collections"])
async def test_a_refusal_is_told_by_every_tool(tool):
    arguments = {
        "search": {"query": "q"},
        "rerank": {"query": "q", "documents": ["a"]},
        "explain": {"ranking": CHUNK, "document": "d"},
        "collections": {},
    }
    async with assisted(Answering(problem(503))) as assistant:
        result = await assistant.call_tool(tool, arguments[tool])

    assert result.is_error
    assert "because (503)" in result.content[0].text
