# /// script
# dependencies = [
#   "infinity-client==0.0.78",
#   "langchain-classic==1.0.8",
#   "langchain-community==0.4.2",
# ]
# ///
"""infinity's client, and LangChain's over it. It needs httpx before 0.28."""

from acceptance import (
    DOCUMENTS,
    HUGE,
    KEY,
    MODEL,
    POOR_KEY,
    QUERY,
    THOUSAND,
    URL,
    WRONG_KEY,
    Checks,
    client,
    run,
)
from infinity_client import AuthenticatedClient, Client
from infinity_client.api.default import health, models, rerank
from infinity_client.errors import UnexpectedStatus
from infinity_client.models import HTTPValidationError, RerankInput
from langchain_community.document_compressors import InfinityRerank
from langchain_core.documents import Document

PREFIX = f"{URL}/compat/infinity"


def caller(base=PREFIX, key=KEY):
    return AuthenticatedClient(base, key, raise_on_unexpected_status=True)


@client("infinity-client")
def own(check: Checks) -> None:
    def answered(documents=DOCUMENTS, base=PREFIX, key=KEY, **options):
        body = RerankInput(query=QUERY, documents=documents, model=MODEL, **options)
        return rerank.sync(client=caller(base, key), body=body)

    def asked(*given, **options):
        return [(row.index, row.relevance_score) for row in answered(*given, **options).results]

    check.ranked(asked())
    check.ranked(asked(base=URL), name="root")
    check.ranked(asked(top_n=2), limit=2)
    check.thousand(asked(THOUSAND))
    returned = answered(return_documents=True).results[0]
    check.that("documents", returned.document == DOCUMENTS[returned.index])
    check.that("raw scores", answered(raw_scores=True).results[0].relevance_score != asked()[0][1])
    check.that("422", isinstance(answered([]), HTTPValidationError))
    check.refused("401", UnexpectedStatus, lambda: answered(key=WRONG_KEY), "401")
    check.refused("413", UnexpectedStatus, lambda: answered(HUGE), "413")
    check.refused("429", UnexpectedStatus, lambda: answered(key=POOR_KEY), "quota")
    listed = models.sync(client=caller()).data
    check.that("models", "rerank" in listed[0].id)
    check.that("health", health.sync(client=caller()) is not None)


@client("langchain-community", "InfinityRerank")
def langchain(check: Checks) -> None:
    given = [Document(text, metadata={"place": i}) for i, text in enumerate(DOCUMENTS)]
    bare = Client(PREFIX, headers={"Authorization": f"Bearer {KEY}"})
    ranker = InfinityRerank(client=bare, model=MODEL, top_n=len(given))
    found = ranker.compress_documents(given, QUERY)
    check.ranked((each.metadata["place"], each.metadata["relevance_score"]) for each in found)


run()
