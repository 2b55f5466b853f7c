# /// script
# dependencies = [
#   "httpx==0.28.1", "llama-index-core==0.14.25", "msgspec>=0.19", "tenacity>=9",
#   "typing-extensions>=4.14",
# ]
# ///
"""Our components for LlamaIndex, in its own query engine."""

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
from llama_index.core import get_response_synthesizer
from llama_index.core.llms import MockLLM
from llama_index.core.query_engine import RetrieverQueryEngine
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode

from pgrerank.client import Client, Document, errors
from pgrerank.integrations.llama_index import PgrerankPostprocessor, PgrerankRetriever

COLLECTION = "llama-index"


def given(texts):
    return [NodeWithScore(node=TextNode(text=text, id_=str(i))) for i, text in enumerate(texts)]


def pairs(nodes):
    return [(int(each.node.node_id), each.score) for each in nodes]


@client("llama-index-core", "PgrerankPostprocessor")
def postprocessor(check: Checks) -> None:
    def ranked(texts=DOCUMENTS, key=KEY, **knobs):
        ranker = PgrerankPostprocessor(url=URL, key=key, knobs=knobs)
        return pairs(ranker.postprocess_nodes(given(texts), QueryBundle(QUERY)))

    async def waited():
        ranker = PgrerankPostprocessor(url=URL, key=KEY)
        return pairs(await ranker.apostprocess_nodes(given(DOCUMENTS), QueryBundle(QUERY)))

    check.ranked(ranked())
    check.ranked(ranked(limit=2), limit=2)
    check.ranked(asyncio.run(waited()), name="async")
    check.thousand(ranked(THOUSAND))
    check.refused("401", errors.AuthenticationError, lambda: ranked(key=WRONG_KEY))
    check.refused("429", errors.TooManyRequestsError, lambda: ranked(key=POOR_KEY))


@client("llama-index-core", "RetrieverQueryEngine")
def engine(check: Checks) -> None:
    with Client(URL, KEY) as service:
        service.put_collection(COLLECTION)
        rows = [Document(id=str(place), text=text) for place, text in enumerate(DOCUMENTS)]
        service.ingest(COLLECTION, rows)
    asked = RetrieverQueryEngine(
        PgrerankRetriever(URL, KEY, COLLECTION),
        response_synthesizer=get_response_synthesizer(llm=MockLLM()),
        node_postprocessors=[PgrerankPostprocessor(url=URL, key=KEY)],
    )
    for name, answer in (
        ("order", asked.query(QUERY)),
        ("async", asyncio.run(asked.aquery(QUERY))),
    ):
        nodes = answer.source_nodes
        check.ranked([(int(each.node.ref_doc_id), each.score) for each in nodes], name=name)


run()
