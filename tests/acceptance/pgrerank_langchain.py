# /// script
# dependencies = [
#   "httpx==0.28.1", "langchain-classic==1.0.8", "langchain-core==1.7.2", "msgspec>=0.19",
#   "tenacity>=9", "typing-extensions>=4.14",
# ]
# ///
"""Our components for LangChain, in its own compression retriever."""

import asyncio

from acceptance import (
    DOCUMENTS,
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
from langchain_classic.retrievers import ContextualCompressionRetriever
from langchain_core.documents import Document

from pgrerank.client import Client, errors
from pgrerank.client import Document as Stored
from pgrerank.integrations.langchain import PgrerankCompressor, PgrerankRetriever

COLLECTION = "langchain"


def given(texts):
    return [Document(text, metadata={"place": place}) for place, text in enumerate(texts)]


def pairs(documents):
    return [(each.metadata["place"], each.metadata["relevance_score"]) for each in documents]


@client("langchain-core", "PgrerankCompressor")
def compressor(check: Checks) -> None:
    def ranker(key=KEY, **knobs):
        return PgrerankCompressor(url=URL, key=key, knobs=knobs)

    check.ranked(pairs(ranker().compress_documents(given(DOCUMENTS), QUERY)))
    check.ranked(pairs(ranker(limit=3).compress_documents(given(DOCUMENTS), QUERY)), limit=3)
    waited = asyncio.run(ranker().acompress_documents(given(DOCUMENTS), QUERY))
    check.ranked(pairs(waited), name="async")
    check.thousand(pairs(ranker().compress_documents(given(THOUSAND), QUERY)))
    check.refused(
        "401",
        errors.AuthenticationError,
        lambda: ranker(WRONG_KEY).compress_documents(given(DOCUMENTS), QUERY),
    )
    check.refused(
        "429",
        errors.TooManyRequestsError,
        lambda: ranker(POOR_KEY).compress_documents(given(DOCUMENTS), QUERY),
    )


@client("langchain-classic", "ContextualCompressionRetriever")
def chained(check: Checks) -> None:
    with Client(URL, KEY) as service:
        service.put_collection(COLLECTION)
        rows = [Stored(id=str(i), text=t, metadata={"place": i}) for i, t in enumerate(DOCUMENTS)]
        service.ingest(COLLECTION, rows)
    found = ContextualCompressionRetriever(
        base_compressor=PgrerankCompressor(url=URL, key=KEY),
        base_retriever=PgrerankRetriever(url=URL, key=KEY, collection=COLLECTION),
    )
    check.ranked(pairs(found.invoke(QUERY)))
    check.ranked(pairs(asyncio.run(found.ainvoke(QUERY))), name="async")


run()
