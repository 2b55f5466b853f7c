# /// script
# dependencies = ["rerankers==0.10.0", "requests"]
# ///
"""rerankers, as a client of four vendors. It does not look at the status of an answer."""

from acceptance import DOCUMENTS, KEY, MODEL, QUERY, THOUSAND, URL, Checks, client, run
from rerankers import Reranker

PATHS = {
    "cohere": "/v1/rerank",
    "jina": "/v1/rerank",
    "voyage": "/v1/rerank",
    "text-embeddings-inference": "/rerank",
}
PREFIXES = {"text-embeddings-inference": "tei"}


def registered(provider):
    @client("rerankers", provider)
    def checked(check: Checks) -> None:
        def found(prefix="", documents=DOCUMENTS):
            url = f"{URL}{prefix}{PATHS[provider]}"
            ranker = Reranker(
                MODEL,
                model_type="APIRanker",
                api_provider=provider,
                api_key=KEY,
                url=url,
                verbose=0,
            )
            results = ranker.rank(QUERY, documents, doc_ids=list(range(len(documents)))).results
            return [(each.document.doc_id, each.score) for each in results]

        check.ranked(found())
        check.ranked(found(f"/compat/{PREFIXES.get(provider, provider)}"), name="prefix")
        check.thousand(found(documents=THOUSAND))


for name in PATHS:
    registered(name)
run()
