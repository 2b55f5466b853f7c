# /// script
# dependencies = [
#   "cohere-haystack==11.0.0",
#   "huggingface-api-haystack==3.1.0",
#   "jina-haystack==2.0.1",
# ]
# ///
"""Haystack's rankers for Cohere, Jina and TEI."""

import os

os.environ["HAYSTACK_TELEMETRY_ENABLED"] = "false"

import cohere
from acceptance import (
    DOCUMENTS,
    KEY,
    MODEL,
    POOR_KEY,
    QUERY,
    URL,
    WRONG_KEY,
    Checks,
    client,
    run,
)
from haystack import Document
from haystack.utils import Secret
from haystack_integrations.components.rankers.cohere import CohereRanker
from haystack_integrations.components.rankers.huggingface_api import HuggingFaceTEIRanker
from haystack_integrations.components.rankers.jina import JinaRanker

ALL = len(DOCUMENTS)


def ranked(ranker, texts=DOCUMENTS):
    documents = [Document(id=str(place), content=text) for place, text in enumerate(texts)]
    found = ranker.run(query=QUERY, documents=documents)["documents"]
    return [(int(each.id), each.score) for each in found]


@client("cohere-haystack")
def of_cohere(check: Checks) -> None:
    def ranker(key=KEY, top_k=ALL):
        token = Secret.from_token(key)
        return CohereRanker(model=MODEL, api_key=token, api_base_url=URL, top_k=top_k)

    check.ranked(ranked(ranker()))
    check.ranked(ranked(ranker(top_k=2)), limit=2)
    check.refused("401", cohere.UnauthorizedError, lambda: ranked(ranker(WRONG_KEY)))


@client("jina-haystack")
def of_jina(check: Checks) -> None:
    def ranker(key=KEY, base=URL, top_k=None):
        token = Secret.from_token(key)
        url = f"{base}/v1/rerank"
        return JinaRanker(model=MODEL, api_key=token, base_url=url, top_k=top_k)

    check.ranked(ranked(ranker()))
    check.ranked(ranked(ranker(base=f"{URL}/compat/jina")), name="prefix")
    check.ranked(ranked(ranker(top_k=2)), limit=2)
    check.refused("401", RuntimeError, lambda: ranked(ranker(WRONG_KEY)), "API key")
    check.refused("429", RuntimeError, lambda: ranked(ranker(POOR_KEY)), "quota")


@client("huggingface-api-haystack", "HuggingFaceTEIRanker")
def of_tei(check: Checks) -> None:
    def ranker(key=KEY, top_k=ALL, **options):
        token = Secret.from_token(key)
        return HuggingFaceTEIRanker(url=URL, token=token, top_k=top_k, max_retries=0, **options)

    check.ranked(ranked(ranker()))
    check.ranked(ranked(ranker(top_k=2)), limit=2)
    raw = ranked(ranker(raw_scores=True))
    check.that("raw scores", raw != ranked(ranker()))
    check.refused("401", Exception, lambda: ranked(ranker(WRONG_KEY)), "401")
    check.refused("429", Exception, lambda: ranked(ranker(POOR_KEY)), "429")


run()
