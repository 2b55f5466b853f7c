# /// script
# dependencies = [
#   "haystack-ai==3.4.0", "httpx==0.28.1", "msgspec>=0.19", "tenacity>=9", "typing-extensions>=4.14",
# ]
# ///
"""Our components for Haystack, in a pipeline."""

import asyncio
import os

os.environ["HAYSTACK_TELEMETRY_ENABLED"] = "false"

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
from haystack import Document, Pipeline
from haystack.utils import Secret

from pgrerank.client import Client, errors
from pgrerank.client import Document as Stored
from pgrerank.integrations.haystack import PgrerankRanker, PgrerankRetriever

COLLECTION = "haystack"


def given(texts):
    return [Document(content=text, meta={"place": place}) for place, text in enumerate(texts)]


def pairs(answer):
    return [(each.meta["place"], each.score) for each in answer["documents"]]


@client("haystack-ai", "PgrerankRanker")
def ranker(check: Checks) -> None:
    def ranked(texts=DOCUMENTS, key=KEY, top_k=None):
        return pairs(PgrerankRanker(URL, Secret.from_token(key)).run(QUERY, given(texts), top_k))

    check.ranked(ranked())
    check.ranked(ranked(top_k=2), limit=2)
    waited = PgrerankRanker(URL).run_async(QUERY, given(DOCUMENTS))
    check.ranked(pairs(asyncio.run(waited)), name="async")
    check.thousand(ranked(THOUSAND))
    check.refused("401", errors.AuthenticationError, lambda: ranked(key=WRONG_KEY))
    check.refused("429", errors.TooManyRequestsError, lambda: ranked(key=POOR_KEY))


@client("haystack-ai", "Pipeline")
def pipeline(check: Checks) -> None:
    with Client(URL, KEY) as service:
        service.put_collection(COLLECTION)
        rows = [Stored(id=str(i), text=t, metadata={"place": i}) for i, t in enumerate(DOCUMENTS)]
        service.ingest(COLLECTION, rows)
    made = Pipeline()
    made.add_component("find", PgrerankRetriever(URL, COLLECTION))
    made.add_component("rank", PgrerankRanker(URL))
    made.connect("find.documents", "rank.documents")
    trusted = ["pgrerank.integrations.haystack"]
    again = Pipeline.loads(made.dumps(), allowed_modules=trusted)
    asked = {"find": {"query": QUERY}, "rank": {"query": QUERY}}
    check.ranked(pairs(made.run(asked)["rank"]))
    check.ranked(pairs(again.run(asked)["rank"]), name="written down")
    first = {"field": "meta.place", "operator": "<", "value": 2}
    narrow = made.run({"find": {"query": QUERY, "filters": first}, "rank": {"query": QUERY}})
    check.that("filters", [place for place, _ in pairs(narrow["rank"])] == [1, 0])


run()
