# /// script
# dependencies = ["voyageai==0.5.0", "langchain-voyageai==0.4.1"]
# ///
"""Voyage's own client, and LangChain's over it."""

import voyageai
from acceptance import (
    DOCUMENTS,
    HUGE,
    KEY,
    LONG,
    MODEL,
    POOR_KEY,
    QUERY,
    THOUSAND,
    URL,
    WRONG_KEY,
    Checks,
    client,
    native,
    run,
)
from langchain_core.documents import Document
from langchain_voyageai import VoyageAIRerank
from voyageai import error


@client("voyageai")
def own(check: Checks) -> None:
    def asked(documents=DOCUMENTS, key=KEY, base=f"{URL}/v1", **options):
        caller = voyageai.Client(key, base_url=base)
        answer = caller.rerank(QUERY, documents, MODEL, **options)
        return [(row.index, row.relevance_score) for row in answer.results]

    check.ranked(asked())
    check.ranked(asked(base=f"{URL}/compat/voyage/v1"), name="prefix")
    check.ranked(asked(top_k=2), limit=2)
    check.thousand(asked(THOUSAND))
    check.refused("400", error.InvalidRequestError, lambda: asked([]), "must not be empty")
    check.refused(
        "truncation=False",
        error.InvalidRequestError,
        lambda: asked([LONG], truncation=False),
        "longer than the reranker reads",
    )
    check.refused("401", error.AuthenticationError, lambda: asked(key=WRONG_KEY), "API key")
    check.refused("413", error.VoyageError, lambda: asked(HUGE), "2000000 bytes")
    check.refused("429", error.RateLimitError, lambda: asked(key=POOR_KEY), "quota")


@client("langchain-voyageai", "VoyageAIRerank")
def langchain(check: Checks) -> None:
    ranker = VoyageAIRerank(model=MODEL, voyage_api_key=KEY, base_url=f"{URL}/v1")
    given = [Document(text, metadata={"place": i}) for i, text in enumerate(DOCUMENTS)]
    found = ranker.compress_documents(given, QUERY)
    check.ranked((each.metadata["place"], each.metadata["relevance_score"]) for each in found)
    check.that("texts", found[0].page_content == DOCUMENTS[native()[0][0]])


run()
