# /// script
# dependencies = [
#   "ragas==0.4.3", "langchain-community<0.4.2", "rapidfuzz==3.14.6",
#   "httpx==0.28.1", "msgspec>=0.19", "tenacity>=9", "typing-extensions>=4.14", "hypothesis>=6",
# ]
# ///
"""Ragas reads our samples, and its id-based measures equal ours.

A plain installation of ragas 0.4.3 imports what langchain-community 0.4.2 no longer has.
"""

import asyncio
import logging
import math
import tempfile
from pathlib import Path

from acceptance import KEY, URL, Checks, client, run
from hypothesis import given, settings
from hypothesis import strategies as st
from ragas import EvaluationDataset, SingleTurnSample
from ragas.metrics import (
    IDBasedContextPrecision,
    IDBasedContextRecall,
    NonLLMContextPrecisionWithReference,
    NonLLMContextRecall,
)

from pgrerank.client import Client, Document
from pgrerank.integrations import ragas

DOCUMENTS = {
    "parcel": "A parcel that arrives damaged is refunded once you send us a photograph of it.",
    "office": "Our offices are closed on public holidays.",
    "card": "Rückerstattung: refunds are paid to the card that was charged. 📦",
}
QUERIES = {"who refunds a damaged parcel?": ["parcel", "card"], "is the office open?": ["office"]}
# it warns of every sample without an id
logging.getLogger("ragas").setLevel(logging.ERROR)
IDS = st.lists(st.one_of(st.integers(0, 9), st.integers(0, 9).map(str)), max_size=9)


def score(metric, sample) -> float:
    return asyncio.run(metric.single_turn_ascore(sample))


@client("ragas", "measures of ids")
def measures(check: Checks) -> None:
    pairs = [
        (IDBasedContextRecall(), ragas.context_recall),
        (IDBasedContextPrecision(), ragas.context_precision),
    ]

    @settings(max_examples=200, deadline=None)
    @given(IDS, IDS)
    def equal(retrieved, reference):
        given_ = SingleTurnSample(retrieved_context_ids=retrieved, reference_context_ids=reference)
        for theirs, ours in pairs:
            wanted, found = score(theirs, given_), ours(retrieved, reference)
            assert wanted == found or (math.isnan(wanted) and math.isnan(found)), (
                retrieved,
                reference,
            )

    equal()
    check.passed("200 cases equal")


@client("ragas", "samples of searches")
def samples(check: Checks) -> None:
    with Client(URL, KEY) as caller:
        caller.put_collection("ragas")
        caller.ingest("ragas", [Document(id=id_, text=text) for id_, text in DOCUMENTS.items()])
        made = [
            ragas.sample(
                query,
                caller.search("ragas", query, limit=2),
                relevant=relevant,
                reference_contexts=[DOCUMENTS[id_] for id_ in relevant],
            )
            for query, relevant in QUERIES.items()
        ]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ragas.jsonl"
        ragas.write(path, made)
        read = EvaluationDataset.from_jsonl(path)
    check.that("JSON Lines", [each.to_dict() for each in read] == made)
    for name, theirs in (
        ("context_recall", IDBasedContextRecall()),
        ("context_precision", IDBasedContextPrecision()),
    ):
        mean = sum(score(theirs, each) for each in read) / len(made)
        check.that(name, mean == ragas.means(made)[name])
    recall = [score(NonLLMContextRecall(), each) for each in read]
    check.that("NonLLMContextRecall", recall == [1.0, 1.0])
    precision = [score(NonLLMContextPrecisionWithReference(), each) for each in read]
    check.that("NonLLMContextPrecisionWithReference", all(each > 0.99 for each in precision))


run()
