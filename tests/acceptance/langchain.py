# /// script
# dependencies = ["langchain-cohere==0.6.0", "langchain-community==0.4.2"]
# ///
"""LangChain's compressors for Cohere and Jina."""

import cohere
from acceptance import (
    DOCUMENTS,
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
from langchain_cohere import CohereRerank
from langchain_community.document_compressors import JinaRerank, jina_rerank
from langchain_core.documents import Document

GIVEN = [Document(text, metadata={"place": i}) for i, text in enumerate(DOCUMENTS)]
ALL = len(GIVEN)


def compressed(ranker):
    found = ranker.compress_documents(GIVEN, QUERY)
    return [(each.metadata["place"], each.metadata["relevance_score"]) for each in found]


def pairs(rows):
    return [(row["index"], row["relevance_score"]) for row in rows]


@client("langchain-cohere", "CohereRerank")
def of_cohere(check: Checks) -> None:
    def ranker(key=KEY, top_n=None):
        return CohereRerank(model=MODEL, cohere_api_key=key, base_url=URL, top_n=top_n)

    check.ranked(compressed(ranker(top_n=ALL)))
    check.ranked(compressed(ranker(top_n=3)), limit=3)
    check.thousand(pairs(ranker().rerank(THOUSAND, QUERY, top_n=len(THOUSAND))))
    check.refused("401", cohere.UnauthorizedError, lambda: compressed(ranker(WRONG_KEY)))


@client("langchain-community", "JinaRerank")
def of_jina(check: Checks) -> None:
    def ranker(key=KEY, top_n=ALL, base=URL):
        jina_rerank.JINA_API_URL = f"{base}/v1/rerank"  # the only way to change its server
        return JinaRerank(model=MODEL, jina_api_key=key, top_n=top_n)

    check.ranked(compressed(ranker()))
    check.ranked(compressed(ranker(base=f"{URL}/compat/jina")), name="prefix")
    check.ranked(compressed(ranker(top_n=3)), limit=3)
    check.thousand(pairs(ranker().rerank(THOUSAND, QUERY, top_n=None)))
    check.refused("401", RuntimeError, lambda: compressed(ranker(WRONG_KEY)), "API key")
    check.refused("429", RuntimeError, lambda: compressed(ranker(POOR_KEY)), "quota")


run()
