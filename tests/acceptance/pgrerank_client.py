# /// script
# dependencies = ["httpx==0.28.1", "msgspec>=0.19", "tenacity>=9", "typing-extensions>=4.14"]
# ///
"""Our own client, where neither torch nor the service is installed."""

import asyncio

from acceptance import (
    DOCUMENTS,
    HUGE,
    KEY,
    POOR_KEY,
    QUERY,
    THOUSAND,
    URL,
    WRONG_KEY,
    Checks,
    client,
    run,
)

from pgrerank.client import AsyncClient, Client, Document, errors

COLLECTION = "clients"


def pairs(answer):
    return [(each.index, each.display_score) for each in answer.results]


@client("httpx", "pgrerank.client.Client")
def blocking(check: Checks) -> None:
    with Client(URL, KEY) as service, Client(URL, WRONG_KEY) as stranger:
        check.ranked(pairs(service.rank(QUERY, DOCUMENTS)))
        check.ranked(pairs(service.rank(QUERY, DOCUMENTS, limit=3)), limit=3)
        check.thousand(pairs(service.rank(QUERY, THOUSAND)))
        service.put_collection(COLLECTION)
        rows = [Document(id=f"ä/{place}", text=text) for place, text in enumerate(DOCUMENTS)]
        service.ingest(COLLECTION, rows)
        found = service.search(COLLECTION, QUERY, rerank="always")
        check.that("search", found.results[0].document.id in {"ä/1", "ä/2"})
        check.that("why", service.why(found.id, "ä/1").stage == "returned")
        check.refused("400", errors.InvalidRequestError, lambda: service.rank(QUERY, []))
        check.refused("401", errors.AuthenticationError, lambda: stranger.rank(QUERY, DOCUMENTS))
        check.refused("404", errors.NotFoundError, lambda: service.search("nowhere", QUERY))
        check.refused("413", errors.InvalidRequestError, lambda: service.rank(QUERY, HUGE), "413")
    with Client(URL, POOR_KEY) as poor:
        check.refused("429", errors.TooManyRequestsError, lambda: poor.rank(QUERY, DOCUMENTS))


@client("httpx", "pgrerank.client.AsyncClient")
def asynchronous(check: Checks) -> None:
    async def ranked(documents, **knobs):
        async with AsyncClient(URL, KEY) as service:
            return pairs(await service.rank(QUERY, documents, **knobs))

    check.ranked(asyncio.run(ranked(DOCUMENTS)))
    check.thousand(asyncio.run(ranked(THOUSAND)))
    check.refused(
        "400", errors.InvalidRequestError, lambda: asyncio.run(ranked(DOCUMENTS, limit=0))
    )


run()
