# /// script
# dependencies = [
#   "llama-index-postprocessor-cohere-rerank==0.10.0",
#   "llama-index-postprocessor-jinaai-rerank==0.6.0",
#   "llama-index-postprocessor-tei-rerank==0.6.0",
# ]
# ///
"""LlamaIndex's postprocessors for Cohere, Jina and TEI."""

import cohere
from acceptance import DOCUMENTS, KEY, MODEL, POOR_KEY, QUERY, URL, WRONG_KEY, Checks, client, run
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode
from llama_index.postprocessor.cohere_rerank import CohereRerank
from llama_index.postprocessor.jinaai_rerank import JinaRerank
from llama_index.postprocessor.tei_rerank import TextEmbeddingInference

ALL = len(DOCUMENTS)


def processed(ranker):
    nodes = [
        NodeWithScore(node=TextNode(text=text, id_=str(place)), score=0.0)
        for place, text in enumerate(DOCUMENTS)
    ]
    found = ranker.postprocess_nodes(nodes, QueryBundle(QUERY))
    return [(int(each.node.node_id), each.score) for each in found]


@client("llama-index-postprocessor-cohere-rerank")
def of_cohere(check: Checks) -> None:
    def ranker(key=KEY, top_n=ALL):
        return CohereRerank(model=MODEL, api_key=key, base_url=URL, top_n=top_n)

    check.ranked(processed(ranker()))
    check.ranked(processed(ranker(top_n=2)), limit=2)
    check.refused("401", cohere.UnauthorizedError, lambda: processed(ranker(WRONG_KEY)))


@client("llama-index-postprocessor-tei-rerank")
def of_tei(check: Checks) -> None:
    def ranker(base=URL, top_n=ALL):
        return TextEmbeddingInference(base_url=base, auth_token=f"Bearer {KEY}", top_n=top_n)

    check.ranked(processed(ranker()))
    check.ranked(processed(ranker(f"{URL}/compat/tei")), name="prefix")
    check.ranked(processed(ranker(top_n=2)), limit=2)


@client("llama-index-postprocessor-jinaai-rerank")
def of_jina(check: Checks) -> None:
    def ranker(key=KEY, base=f"{URL}/v1", top_n=ALL):
        return JinaRerank(model=MODEL, api_key=key, base_url=base, top_n=top_n)

    check.ranked(processed(ranker()))
    check.ranked(processed(ranker(base=f"{URL}/compat/jina/v1")), name="prefix")
    check.ranked(processed(ranker(top_n=2)), limit=2)
    check.refused("401", RuntimeError, lambda: processed(ranker(WRONG_KEY)), "API key")
    check.refused("429", RuntimeError, lambda: processed(ranker(POOR_KEY)), "quota")


run()
