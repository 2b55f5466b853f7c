# /// script
# dependencies = [
#   "httpx==0.28.1", "mcp==2.3.0", "msgspec>=0.19", "tenacity>=9", "typing-extensions>=4.14",
# ]
# ///
"""The official client of the Model Context Protocol, talking to our server."""

import asyncio

import mcp
from acceptance import DOCUMENTS, KEY, QUERY, THOUSAND, URL, WRONG_KEY, Checks, client, run

from pgrerank.client import AsyncClient, Document
from pgrerank.integrations.mcp import server

COLLECTION = "mcp"


async def filled():
    async with AsyncClient(URL, KEY) as service:
        await service.put_collection(COLLECTION)
        rows = [Document(id=str(place), text=text) for place, text in enumerate(DOCUMENTS)]
        await service.ingest(COLLECTION, rows)


async def called(tool, key=KEY, **arguments):
    async with (
        AsyncClient(URL, key) as service,
        mcp.Client(server(service, COLLECTION)) as assistant,
    ):
        return await assistant.call_tool(tool, arguments)


def answer(tool, **arguments):
    result = asyncio.run(called(tool, **arguments))
    assert not result.is_error, result.content
    return result.structured_content


def pairs(documents, limit):
    rows = answer("rerank", query=QUERY, documents=documents, limit=limit)["result"]
    return [(row["index"], row["score"]) for row in rows]


@client("mcp", "Client")
def assistant(check: Checks) -> None:
    asyncio.run(filled())
    check.ranked(pairs(DOCUMENTS, len(DOCUMENTS)))
    check.ranked(pairs(DOCUMENTS, 2), limit=2)
    check.that("1,000 documents", pairs(THOUSAND, 1)[0][0] == len(THOUSAND) - 1)
    found = answer("search", query=QUERY)
    check.that("search", found["passages"][0]["document"] in {"1", "2"})
    why = answer("explain", ranking=found["ranking"], document="1")
    check.that("explain", why["stage"] == "returned")
    listed = [each["name"] for each in answer("collections")["result"]]
    check.that("collections", COLLECTION in listed)
    refused = asyncio.run(called("search", key=WRONG_KEY, query=QUERY))
    check.that("401", refused.is_error and "API key" in refused.content[0].text)


run()
