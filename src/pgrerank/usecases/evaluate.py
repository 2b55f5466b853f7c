"""Measure the ranking on judged queries, through the pipeline that serves them."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass

import ir_measures
import numpy as np

from pgrerank.domain.candidate import Hit
from pgrerank.domain.ids import TenantId
from pgrerank.domain.request import SearchRequest
from pgrerank.ports import House
from pgrerank.usecases.search import search

#: reported for every run, as ir-measures names them
MEASURES = ("nDCG@10", "RR@10", "P@5", "R@100")

#: document id to score, by query id: higher is better
Run = Mapping[str, Mapping[str, float]]
#: document id to grade, by query id
Qrels = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """Figures of one run over judged queries."""

    #: judged queries that were run
    queries: int
    #: by the names of MEASURES
    metrics: Mapping[str, float]
    #: median and 95th percentile of a whole search, milliseconds
    latency_ms: Mapping[str, float]
    #: searches by what became of their rerank stage
    statuses: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """One evaluated query."""

    query_id: str
    #: document id to score, best first by construction
    documents: Mapping[str, float]
    milliseconds: float
    status: str


async def answers(
    house: House,
    tenant_id: TenantId,
    collection: str,
    queries: Mapping[str, str],
    request: Callable[[str], SearchRequest],
) -> AsyncIterator[Answered]:
    """Search each query in turn.

    Args:
        house: The ports.
        tenant_id: Whose collection.
        collection: Its name.
        queries: Texts by id.
        request: Makes the search for a query's text.
    """
    for query_id, text in queries.items():
        ranking = await search(house, tenant_id, collection, request(text))
        yield Answered(
            query_id=query_id,
            documents=by_document(ranking.hits),
            milliseconds=ranking.timings_ms["total"],
            status=ranking.rerank.status,
        )


def by_document(hits: Sequence[Hit]) -> dict[str, float]:
    """Documents in the order of their best chunk, with scores that only say that order."""
    ids = dict.fromkeys(hit.candidate.external_id for hit in hits)
    return {external_id: float(len(ids) - place) for place, external_id in enumerate(ids)}


def evaluation(answered: Sequence[Answered], qrels: Qrels) -> Evaluation:
    """The figures of answered queries. Measures are means over the judged queries run."""
    run = {answer.query_id: answer.documents for answer in answered}
    times = [answer.milliseconds for answer in answered] or [0.0]
    statuses = [answer.status for answer in answered]
    return Evaluation(
        queries=len(answered),
        metrics=measured(run, {query: qrels[query] for query in run}),
        latency_ms={
            "p50": round(float(np.percentile(times, 50)), 1),
            "p95": round(float(np.percentile(times, 95)), 1),
        },
        statuses={status: statuses.count(status) for status in dict.fromkeys(statuses)},
    )


def measured(run: Run, qrels: Qrels) -> dict[str, float]:
    """MEASURES of a run by ir-measures. A grade of 1 or more is relevant."""
    parsed = {name: ir_measures.parse_measure(name) for name in MEASURES}
    found = ir_measures.calc_aggregate(  # pyright: ignore[reportUnknownMemberType] - half typed
        list(parsed.values()), qrels, run
    )
    return {name: round(float(found[measure]), 4) for name, measure in parsed.items()}
