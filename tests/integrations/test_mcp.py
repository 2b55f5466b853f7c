"""The MCP server, called by the SDK's client, in this process and as a command."""

import os
import sys
from contextlib import asynccontextmanager

import pytest
from mcp import Client as Assistant
from mcp import StdioServerParameters, stdio_client

from pgrerank.cli import main
from pgrerank.client import AsyncClient
from pgrerank.integrations.mcp import server
from tests.integrations.conftest import BEST, COLLECTION, QUERY, TEXTS


@asynccontextmanager
async def assisted(place, collection=COLLECTION, key=None):
    async with (
        AsyncClient(place.url, key or place.key) as service,
        Assistant(server(service, collection)) as opened,
    ):
        yield opened


async def answered(assistant, tool, **arguments):
    """The structured answer; the text repeats it for models that read only text."""
    result = await assistant.call_tool(tool, arguments)
    assert not result.is_error, result.content
    return result.structured_content


async def refused(assistant, tool, **arguments):
    result = await assistant.call_tool(tool, arguments)
    assert result.is_error
    return result.content[0].text


async def test_every_tool_says_what_it_is_for_and_that_it_only_reads(place):
    async with assisted(place) as assistant:
        tools = (await assistant.list_tools()).tools

        assert [tool.name for tool in tools] == ["search", "rerank", "explain", "collections"]
        assert all(tool.description and tool.annotations.read_only_hint for tool in tools)
        for tool in tools:
            assert all("description" in each for each in tool.input_schema["properties"].values())


async def test_a_search_finds_passages_and_explain_tells_of_it(place):
    async with assisted(place) as assistant:
        found = await answered(assistant, "search", query=QUERY, limit=2)
        why = await answered(assistant, "explain", ranking=found["ranking"], document="fruit")

        first = found["passages"][0]
        assert (first["document"], first["text"], first["uri"]) == (
            BEST,
            TEXTS[BEST],
            f"https://example.org/{BEST}",
        )
        assert (len(found["passages"]), found["rerank"]) == (2, "full")
        assert (why["document"], why["stage"]) == ("fruit", "below_limit")


async def test_an_assistant_is_told_that_the_models_cannot_read_the_query(place):
    async with assisted(place) as assistant:
        found = await answered(assistant, "search", query="ติดตั้งอย่างไร")

        assert [text.split("`")[1] for text in found["warnings"]] == [
            "all-MiniLM-L6-v2",
            "late-interaction",
        ]


async def test_a_filter_leaves_out_what_it_does_not_match(place):
    async with assisted(place) as assistant:
        found = await answered(
            assistant, "search", query=QUERY, filter={"length": {"$lt": len(TEXTS["cars"])}}
        )

        assert {each["document"] for each in found["passages"]} == {"fruit", "pip"}


async def test_texts_are_reranked(place):
    async with assisted(place) as assistant:
        supplied = list(TEXTS.values())
        ranked = (await answered(assistant, "rerank", query=QUERY, documents=supplied))["result"]

        assert ranked[0]["index"] == supplied.index(TEXTS[BEST])
        assert [each["text"] for each in ranked] == [supplied[each["index"]] for each in ranked]
        assert sorted(each["index"] for each in ranked) == [0, 1, 2, 3]


async def test_collections_are_listed(place):
    async with assisted(place) as assistant:
        listed = (await answered(assistant, "collections"))["result"]

        assert listed == [{"name": COLLECTION, "documents": len(TEXTS)}]


async def test_what_is_refused_is_told_so_that_the_call_can_be_mended(place):
    async with assisted(place, None) as assistant:
        assert "Name a collection" in await refused(assistant, "search", query=QUERY)
        nowhere = await refused(assistant, "search", query=QUERY, collection="nowhere")
        assert "nowhere" in nowhere
        bad = await refused(assistant, "search", query=QUERY, collection="docs", limit=0)
        assert "limit" in bad
    async with assisted(place, key="pgr_wrong") as stranger:
        assert "key" in await refused(stranger, "search", query=QUERY)


async def test_an_assistant_starts_the_command_and_talks_to_it(place):
    command = StdioServerParameters(
        command=sys.executable,
        args=["-m", "pgrerank", "mcp", "--url", place.url, "--collection", COLLECTION],
        env=dict(os.environ) | {"PGRERANK_KEY": place.key},
    )
    async with Assistant(stdio_client(command)) as assistant:
        found = await answered(assistant, "search", query=QUERY)

    assert found["passages"][0]["document"] == BEST


def test_the_command_says_what_it_needs(capsys):
    with pytest.raises(SystemExit) as stopped:
        main(["mcp"], prog_name="pgrerank")

    assert stopped.value.code == 2
    assert "PGRERANK_KEY" in capsys.readouterr().err


async def test_an_unknown_argument_is_refused_with_the_nearest(place):
    async with assisted(place) as assistant:
        assert "did you mean `limit`" in await refused(assistant, "search", query="q", top_k=3)
        assert "did you mean `query`" in await refused(
            assistant, "rerank", qury="q", documents=["a"]
        )
